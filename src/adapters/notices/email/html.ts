import { htmlText } from "../../../core/html-text.ts";
import type { MailContent } from "./content.ts";

const colours: Readonly<Record<string, string>> = { pass: "#1a7f37", fail: "#b42318", undecided: "#8a5a00" };

/**
 * A mail as HTML for any reader of mails: no script, no picture, nothing from elsewhere, styles in place. Every text is escaped; the address of the link
 * is the server's own.
 */
export function drawHtml(content: MailContent): string {
  const { language, isGrave, title, moment, news, sentence, facts, gates, link, labels } = content;
  const rows = facts.map(
    ([label, value]) => `<tr><th style="${cell};color:#57606a">${htmlText(label)}</th><td style="${cell}">${htmlText(value)}</td></tr>`,
  );
  const open =
    link === null
      ? ""
      : `<p><a href="${htmlText(link.url)}" style="background:#0b5cad;color:#ffffff;padding:8px 14px;border-radius:6px;text-decoration:none">${htmlText(link.says)}</a></p>\n`;
  return `<!DOCTYPE html>
<html lang="${htmlText(language)}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${htmlText(title)}</title></head>
<body style="margin:0;padding:16px;background:#ffffff;color:#1f2328;font:15px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif">
<div style="max-width:680px;margin:0 auto">
<h1 style="font-size:18px;margin:0;padding-left:10px;border-left:5px solid ${isGrave ? "#b42318" : "#0b5cad"}">${htmlText(title)}</h1>
<p style="margin:4px 0 16px;color:#57606a">${htmlText(moment)}</p>
<h2 style="${heading}">${htmlText(labels.news)}</h2>
<ul style="padding-left:20px;margin:0">
${news.map((line) => `<li>${htmlText(line)}</li>`).join("\n")}
</ul>
<h2 style="${heading}">${htmlText(labels.where)}</h2>
<p style="margin:0 0 8px"><strong>${htmlText(sentence)}</strong></p>
<table style="border-collapse:collapse">
${rows.join("\n")}
</table>
${gateTable(gates, labels)}${open}<p style="margin-top:24px;padding-top:8px;border-top:1px solid #d0d7de;color:#57606a;font-size:12px">${htmlText(labels.footer)}</p>
</div>
</body>
</html>
`;
}

const cell = "text-align:left;vertical-align:top;font-weight:normal;padding:3px 12px 3px 0";
const heading = "font-size:14px;margin:18px 0 6px";

function gateTable(gates: MailContent["gates"], labels: MailContent["labels"]): string {
  if (gates.length === 0) return "";
  const head = [labels.gate, labels.verdict, labels.evidence].map(
    (label) => `<th scope="col" style="${cell};color:#57606a">${htmlText(label)}</th>`,
  );
  const rows = gates.map(
    ({ says, kind, word, evidence }) =>
      `<tr><td style="${cell};white-space:nowrap">${htmlText(says)}</td><td style="${cell};color:${colours[kind] ?? "#57606a"};white-space:nowrap">${htmlText(word)}</td><td style="${cell}">${htmlText(evidence ?? "")}</td></tr>`,
  );
  return `<h2 style="${heading}">${htmlText(labels.gates)}</h2>
<table style="border-collapse:collapse">
<tr>${head.join("")}</tr>
${rows.join("\n")}
</table>
`;
}
