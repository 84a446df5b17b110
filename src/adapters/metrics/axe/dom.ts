/** The part of the DOM that is used of a page. */
export interface PageWindow {
  readonly document: PageDocument;
  readonly axe: { run(context: PageDocument, options: AxeOptions): Promise<AxeResults> };
  /** Runs a script that is not the page's own in the page. */
  eval(script: string): void;
  getComputedStyle(element: PageElement): Readonly<Record<string, string>>;
  close(): void;
}

export interface PageDocument {
  readonly documentElement: PageElement;
  readonly body: PageElement | null;
  elementFromPoint?: () => null;
  elementsFromPoint?: () => readonly PageElement[];
  createElement(name: string): PageElement;
  querySelectorAll(selector: string): Iterable<PageElement> & { readonly length: number };
}

export interface PageElement {
  readonly localName: string;
  readonly textContent: string;
  readonly parentElement: PageElement | null;
  readonly childNodes: Iterable<{ readonly nodeType: number; readonly nodeValue: string | null }>;
  /** Of a link: its address in full. */
  readonly href?: string;
  /** Of a label: what it belongs to. */
  readonly control?: PageElement | null;
  matches(selector: string): boolean;
  closest(selector: string): PageElement | null;
  getAttribute(name: string): string | null;
  setAttribute(name: string, value: string): void;
  append(text: string): void;
  replaceWith(other: PageElement): void;
  remove(): void;
}

/** Source: https://github.com/dequelabs/axe-core/blob/develop/doc/API.md#options-parameter */
export interface AxeOptions {
  readonly runOnly: { readonly type: "rule"; readonly values: readonly string[] };
  readonly resultTypes: readonly string[];
  readonly iframes: boolean;
  readonly preload: boolean;
  readonly selectors: boolean;
}

/** Source: https://github.com/dequelabs/axe-core/blob/develop/doc/API.md#results-object */
export interface AxeResults {
  readonly violations: readonly AxeResult[];
  readonly passes: readonly AxeResult[];
  readonly incomplete: readonly AxeResult[];
  readonly inapplicable: readonly AxeResult[];
}

export interface AxeResult {
  readonly id: string;
  readonly nodes: readonly unknown[];
  /** The rule itself failed. */
  readonly error?: unknown;
}
