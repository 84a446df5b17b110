import { JSDOM, VirtualConsole } from "jsdom";
import { expect, test } from "vitest";
import { judgeContrast } from "./contrast.ts";

function judged(body: string, css = ""): string {
  const html = `<!doctype html><html lang="en"><title>t</title><style>${css}</style><body>${body}`;
  const { window } = new JSDOM(html, { url: "http://127.0.0.1/", runScripts: "outside-only", virtualConsole: new VirtualConsole() });
  const { judged: all, failed } = judgeContrast(window);
  return all === 0 ? "nothing is judged" : `${failed} of ${all} too faint`;
}

const faint = '<p class="faint">text</p>';
const css = ".faint { color: #999 }";

test.each<[string, string, string, string]>([
  ["black on white, as browsers begin", "<p>text</p>", "", "0 of 1 too faint"],
  ["grey on white", faint, css, "1 of 1 too faint"],
  ["4.48, just under the line", '<p style="color: #777">text</p>', "", "1 of 1 too faint"],
  ["4.54, just on the good side", '<p style="color: #767676">text</p>', "", "0 of 1 too faint"],
  ["the same grey as a heading, which is large", '<h1 style="color: #777">text</h1>', "", "0 of 1 too faint"],
  ["large and bold", '<p style="color: #777; font: bold 14pt serif">text</p>', "", "0 of 1 too faint"],
  ["bold and not large enough", '<p style="color: #777; font: bold 13pt serif">text</p>', "", "1 of 1 too faint"],
  ["a colour of an ancestor", `<div class="faint"><section><p>text</p></section></div>`, css, "1 of 1 too faint"],
  ["a background of an ancestor", `<div style="background: #222">${faint}</div>`, css, "0 of 1 too faint"],
  ["a variable", '<p style="color: var(--ink)">text</p>', ":root { --ink: #ccc }", "1 of 1 too faint"],
  ["the more specific rule", '<p id="a" class="faint">text</p>', `#a { color: #000 } ${css}`, "0 of 1 too faint"],
  ["a rule for another screen", faint, `@media print { ${css} }`, "0 of 1 too faint"],
  ["see-through colours", '<p style="color: rgb(0 0 0 / 30%)">text</p>', "", "1 of 1 too faint"],
  [
    "a see-through background over another",
    `<div style="background: #000"><p style="background: rgb(255 255 255 / 90%); color: #333">text</p></div>`,
    "",
    "0 of 1 too faint",
  ],
  ["elements without text of their own are not counted", `<div>${faint}<p></p></div>`, css, "1 of 1 too faint"],
])("judges %s", (_says, body, styles, expected) => expect(judged(body, styles)).toBe(expected));

test.each<[string, string, string]>([
  ["hidden", `<div hidden>${faint}</div>`, css],
  ["invisible", faint, `${css} p { visibility: hidden }`],
  ["over a picture", `<div style="background: url(x.png)">${faint}</div>`, css],
  ["over a gradient", `<div style="background-image: linear-gradient(#000, #fff)">${faint}</div>`, css],
  ["moved about", faint, `${css} p { position: absolute }`],
  ["floated", faint, `${css} p { float: left }`],
  ["pulled over its neighbour", faint, `${css} p { margin-top: -2em }`],
  ["in a grid, where things lie over each other", `<div style="display: grid">${faint}</div>`, css],
  ["see-through as a whole", `<div style="opacity: 0.5">${faint}</div>`, css],
  ["filtered", `<div style="filter: invert(1)">${faint}</div>`, css],
  ["with a shadow", faint, `${css} p { text-shadow: 0 0 2px #000 }`],
  ["cut away for screen readers", faint, `${css} p { clip-path: inset(50%) }`],
  ["on an attribute of old pages", `<table bgcolor="black"><tr><td class="faint">text</td></tr></table>`, css],
  ["in a colour space of its own", '<p style="color: oklch(80% 0.1 200)">text</p>', ""],
  ["on a canvas that is dark by itself", faint, `:root { color-scheme: dark } ${css}`],
  ["a control that the browser draws", '<button style="color: #777">text</button>', ""],
  ["switched off", '<fieldset disabled><button class="faint" style="background: #fff">text</button></fieldset>', css],
  ["the label of what is switched off", '<label class="faint" for="a">text</label><input id="a" disabled>', css],
  ["on a page with something behind everything", `${faint}<div style="position: fixed; z-index: -1"></div>`, css],
])("passes over text that is %s", (_says, body, styles) => expect(judged(body, styles)).toBe("nothing is judged"));

test("what lies above a background of its own does not matter to the text in it", () => {
  const card = `<div style="position: relative; background: #fff">${faint}</div>`;
  expect(judged(`<div style="background: url(x.png)">${card}</div>`, css)).toBe("1 of 1 too faint");
});
