import { createHash } from "node:crypto";

/**
 * The style of a report: one column that reads on paper, on a phone, in the light and in the dark. It is the only style of the page, so that a content
 * security policy can name it by `reportStyleHash`.
 */
export const reportStyle = `
:root{color-scheme:light dark;--paper:#fff;--ink:#1c2024;--soft:#5b6672;--line:#dfe3e8;--wash:#f5f7f9;--pass:#0b62b8;--fail:#b42318;--hold:#8a5a00;--grey:#626d79;--good:#0b6b4f;--band:rgba(11,98,184,.16);--canary:#b8720a;--stable:#7b8794}
@media(prefers-color-scheme:dark){:root{--paper:#14171a;--ink:#e6e9ec;--soft:#9aa6b2;--line:#2c333a;--wash:#1b2025;--pass:#6fb1f5;--fail:#ff8a7a;--hold:#e2b34d;--grey:#8b97a3;--good:#5fd0a6;--band:rgba(111,177,245,.2);--canary:#f0a93a;--stable:#8b97a3}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",sans-serif;font-variant-numeric:tabular-nums}
main{max-width:880px;margin:0 auto;padding:40px 24px 64px}
h1{font-size:30px;line-height:1.2;margin:4px 0 8px;text-wrap:balance}
h2{font-size:21px;margin:48px 0 12px;padding-top:16px;border-top:1px solid var(--line)}
h3{font-size:17px;margin:28px 0 8px;color:var(--soft)}
h4{font-size:16px;margin:0;overflow-wrap:anywhere}
p{margin:0 0 10px;overflow-wrap:anywhere}
.soft,.about{color:var(--soft);font-size:14px}
.soft{margin:0 0 2px}
.summary{font-size:19px;line-height:1.5}
.badge{display:inline-block;padding:1px 10px;border-radius:999px;border:1px solid currentColor;font-size:14px;white-space:nowrap}
.look-pass,.look-met,.look-calm{color:var(--pass)}.look-good{color:var(--good)}.look-fail,.look-missed,.look-danger{color:var(--fail)}.look-undecided,.look-invalid{color:var(--hold)}.look-no-data,.look-not-yet,.look-over{color:var(--grey)}
.look-code,code{font-family:ui-monospace,SFMono-Regular,Menlo,monospace;font-size:13px;overflow-wrap:anywhere}
.scroll{overflow-x:auto;margin:0 0 16px}
table{border-collapse:collapse;width:100%;font-size:14px}
th{text-align:left;font-weight:600;color:var(--soft);white-space:nowrap}
th,td{padding:6px 14px 6px 0;border-bottom:1px solid var(--line);vertical-align:top}
td{overflow-wrap:break-word}
td span{display:block}
.check{border:1px solid var(--line);border-radius:8px;padding:16px 18px;margin:0 0 16px;break-inside:avoid}
.check header{display:flex;gap:12px;justify-content:space-between;align-items:baseline}
.check ul{margin:10px 0 0;padding-left:18px;font-size:14px}
.check.unasked{border-style:dashed}
.plot{display:block;width:100%;height:auto;margin:10px 0 0;font-size:11px;overflow:visible}
.plot text{fill:var(--soft);font-family:inherit}
.grid{stroke:var(--line)}
.band{fill:var(--band)}
.line{fill:none;stroke-width:1.5;stroke-linejoin:round}
.line.estimate{stroke:var(--pass);stroke-width:2}.line.canary{stroke:var(--canary);stroke-width:1}.line.stable{stroke:var(--stable);stroke-width:1;stroke-dasharray:3 3}
.dot.estimate{fill:var(--pass)}.dot.canary{fill:var(--canary)}.dot.stable{fill:var(--stable)}
.limit{stroke-width:1.5;stroke-dasharray:6 4}.limit.pass{stroke:var(--pass)}.limit.fail{stroke:var(--fail)}
.plot .limit-label{paint-order:stroke;stroke:var(--paper);stroke-width:3px;stroke-linejoin:round}.plot .limit-label.pass{fill:var(--pass)}.plot .limit-label.fail{fill:var(--fail)}
.breach{stroke:var(--fail);stroke-width:1.5}
.phase{stroke:var(--soft);stroke-dasharray:1 3}
.verdict.pass{fill:var(--pass)}.verdict.fail{fill:var(--fail)}.verdict.undecided{fill:var(--line)}.verdict.no-data{fill:var(--grey)}.verdict.invalid{fill:var(--hold)}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px;margin:0 0 16px;padding:0;list-style:none;font-size:13px;color:var(--soft)}
.legend svg{width:22px;height:10px;margin-right:6px;vertical-align:middle}
footer{margin-top:48px;color:var(--soft);font-size:13px}
@media(max-width:560px){.plot{font-size:17px}main{padding:24px 16px 48px}h1{font-size:25px}.summary{font-size:17px}}
@media print{:root{color-scheme:light;--paper:#fff;--ink:#000;--soft:#444;--line:#ccc;--band:rgba(11,98,184,.16)}body{font-size:11pt}main{max-width:none;padding:0}h2{break-after:avoid}table{font-size:9pt}tr{break-inside:avoid}.scroll{overflow:visible}}
`;

/** The style as a content security policy names it: "'sha256-…'". */
export const reportStyleHash = `'sha256-${createHash("sha256").update(reportStyle, "utf8").digest("base64")}'`;

/** Nothing but the page's own style may act in it: no script, no picture from elsewhere, no form, no frame. */
export const reportPolicy = `default-src 'none'; style-src ${reportStyleHash}; base-uri 'none'; form-action 'none'`;
