/**
 * Lighthouse's accessibility audits and their weights, those left out that never count (weight 0, or only informative). The name of an audit
 * is that of axe's rule.
 *
 * Source: https://github.com/GoogleChrome/lighthouse/blob/v13.5.0/core/config/default-config.js (categories.accessibility.auditRefs) and
 * `scoreDisplayMode` in core/audits/accessibility/
 */
const weights: Readonly<Record<string, number>> = {
  accesskeys: 7,
  "aria-allowed-attr": 10,
  "aria-command-name": 7,
  "aria-conditional-attr": 7,
  "aria-deprecated-role": 1,
  "aria-dialog-name": 7,
  "aria-hidden-body": 10,
  "aria-hidden-focus": 7,
  "aria-input-field-name": 7,
  "aria-meter-name": 7,
  "aria-progressbar-name": 7,
  "aria-prohibited-attr": 7,
  "aria-required-attr": 10,
  "aria-required-children": 10,
  "aria-required-parent": 10,
  "aria-roles": 10,
  "aria-text": 7,
  "aria-toggle-field-name": 7,
  "aria-tooltip-name": 7,
  "aria-treeitem-name": 7,
  "aria-valid-attr": 10,
  "aria-valid-attr-value": 10,
  "autocomplete-valid": 1,
  "button-name": 10,
  "color-contrast": 7,
  "definition-list": 7,
  dlitem: 7,
  "document-title": 7,
  "frame-title": 7,
  "heading-order": 3,
  "html-has-lang": 7,
  "html-lang-valid": 7,
  "html-xml-lang-mismatch": 3,
  "image-alt": 10,
  "input-button-name": 10,
  "input-image-alt": 10,
  label: 10,
  "landmark-one-main": 3,
  "link-in-text-block": 7,
  "link-name": 7,
  list: 7,
  listitem: 7,
  "meta-refresh": 10,
  "meta-viewport": 10,
  "object-alt": 7,
  "presentation-role-conflict": 1,
  "select-name": 10,
  "skip-link": 3,
  "svg-img-alt": 1,
  tabindex: 7,
  "target-size": 7,
  "td-headers-attr": 7,
  "valid-lang": 7,
};

/** The audits that only a browser can make, because they need to know where things are drawn. */
const needsLayout: ReadonlySet<string> = new Set(["color-contrast", "link-in-text-block", "target-size"]);

/** The rules that axe is asked for: every audit that counts and needs no layout. */
export const rulesWithoutLayout: readonly string[] = Object.keys(weights).filter((rule) => !needsLayout.has(rule));

/** What an audit counts for; 0: it does not count. */
export function weightOf(rule: string): number {
  return weights[rule] ?? 0;
}

/**
 * Lighthouse's accessibility score, 0-100, whole: the weighted share of the audits that apply and pass. `null` when none applies.
 *
 * Source: https://github.com/GoogleChrome/lighthouse/blob/v13.5.0/core/scoring.js
 */
export function accessibilityScore(audits: { readonly passed: readonly string[]; readonly failed: readonly string[] }): number | null {
  const sum = (rules: readonly string[]): number => rules.reduce((total, rule) => total + weightOf(rule), 0);
  const passed = sum(audits.passed);
  const all = passed + sum(audits.failed);
  return all === 0 ? null : Math.round((passed / all) * 100);
}
