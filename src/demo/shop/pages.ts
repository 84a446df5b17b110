import type { ShopForm } from "./fault.ts";
import type { Visit } from "./serve.ts";

/** The home page; `script` is the address of this version's own script. */
export function homePage(visit: Visit, script: string): string {
  if (visit.mischief.active("blank-page", visit.weather).length > 0) {
    visit.fault("blank-page");
    return page({ title: "Ecomsimply", script, body: "", inline: 'undefined.render(document.querySelector("body"));' });
  }
  const forms = `${form(visit, "trial")}${form(visit, "order")}`;
  return page({
    title: "Ecomsimply",
    script,
    body: main("Ecomsimply", `<p>Everything for your shop, version ${visit.version}.</p>${forms}`),
  });
}

/** What a member sees of the own shop. */
export function dashboardPage(visit: Visit, script: string): string {
  const isBare = visit.mischief.active("unlabelled", visit.weather).length > 0;
  if (isBare) visit.fault("unlabelled");
  const label = (id: string, text: string): string => (isBare ? `<span>${text}</span>` : `<label for="${id}">${text}</label>`);
  const picture = isBare ? `<img src="/assets/cart.svg">` : `<img src="/assets/cart.svg" alt="Orders">`;
  const muted = isBare ? "#bbbbbb" : "#595959";
  return page({
    title: "Your dashboard",
    script,
    style: `body { background: #ffffff; color: #222222; } nav a { color: #0645ad; } .muted { color: ${muted}; }`,
    body: `<header><nav aria-label="Shop"><a href="/">Shop</a> <a href="/dashboard">${picture}</a></nav></header>${main(
      "Your dashboard",
      `<p class="muted">Everything that was sold today.</p>
<form action="/dashboard">${label("from", "From")} <input id="from" name="from" type="date"> ${label("to", "To")} <input id="to" name="to" type="date"> ${label("by", "Show")} <select id="by" name="by"><option>days</option><option>weeks</option></select> <button>Show</button></form>
<h2>Sales</h2><table><caption>Sales by product</caption><tr><th scope="col">Product</th><th scope="col">Sold</th></tr><tr><th scope="row">Lamp</th><td>12</td></tr></table>${form(visit, "order")}`,
    )}`,
  });
}

const actions: Readonly<Record<ShopForm, { readonly action: string; readonly says: string }>> = {
  trial: { action: "/api/trial", says: "Start the free trial" },
  order: { action: "/api/orders", says: "Order" },
};

function form(visit: Visit, name: ShopForm): string {
  if (!visit.mischief.shows(name, visit.session, visit.weather)) {
    visit.fault("missing-form");
    return "";
  }
  return `<form method="post" action="${actions[name].action}"><button>${actions[name].says}</button></form>`;
}

function main(title: string, text: string): string {
  return `<main><h1>${title}</h1>${text}</main>`;
}

interface Page {
  readonly title: string;
  readonly script: string;
  readonly body: string;
  /** A script in the page itself; absent: none. */
  readonly inline?: string;
  readonly style?: string;
}

/** The edge's own script comes first, so that it hears what the others do. */
function page({ title, script, body, inline, style }: Page): string {
  const own = inline === undefined ? "" : `<script>${inline}</script>`;
  const styles = style === undefined ? "" : `<style>${style}</style>`;
  const head = `<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><script src="/.serin/beacon.js"></script>${own}${styles}<script src="${script}" defer></script>`;
  return `<!doctype html><html lang="en"><head>${head}</head><body>${body}</body></html>`;
}
