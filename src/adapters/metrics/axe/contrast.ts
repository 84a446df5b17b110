import type { PageElement, PageWindow } from "./dom.ts";

/** Elements with text of their own whose contrast is beyond doubt, and how many of them have too little. */
export interface Contrast {
  readonly judged: number;
  readonly failed: number;
}

/** Source: https://www.w3.org/TR/WCAG22/#contrast-minimum: 4.5, and 3 for text of 18 pt (24 px), or of 14 pt and bold. */
const least = { text: 4.5, large: 3 };
const largePx = 24;
const largeBoldPx = (14 * 96) / 72;
const boldWeight = 700;

/** jsdom's own background of a control without styles; browsers have others. */
const unstyledControl = "rgb(204, 204, 204)";

/** Attributes of old pages that colour what they stand on, and that jsdom does not know as styles. */
const colouringAttributes = "[bgcolor], [background], [color], [text], [link], [vlink], [alink]";

/**
 * Judges the contrast of text without drawing the page: only text whose colour and background follow from styles alone. Text over images,
 * gradients or what is moved about, see-through or filtered is passed over, as are controls that the page leaves to the browser. So it can
 * overlook a fault, and never finds one that is not there, as long as the page's styles are complete.
 */
export function judgeContrast(window: PageWindow): Contrast {
  const { document } = window;
  const everything = [...document.querySelectorAll("body, body *")];
  const styleOf = rememberStyles(window);
  // What lies behind everything else could lie behind any text.
  if (everything.some((element) => Number(styleOf(element)["zIndex"]) < 0)) return { judged: 0, failed: 0 };
  let [judged, failed] = [0, 0];
  for (const element of everything) {
    if (!hasText(element) || isExempt(element)) continue;
    const ratio = contrastOf(element, styleOf);
    if (ratio === null) continue;
    judged += 1;
    if (ratio < leastContrast(styleOf(element))) failed += 1;
  }
  return { judged, failed };
}

/** True for an element with text that is its own, not that of elements in it. */
export function hasText(element: PageElement): boolean {
  return [...element.childNodes].some(({ nodeType, nodeValue }) => nodeType === 3 && nodeValue?.trim());
}

type Style = Readonly<Record<string, string>>;
type StyleOf = (element: PageElement) => Style;

function rememberStyles(window: PageWindow): StyleOf {
  const known = new Map<PageElement, Style>();
  return (element) => {
    const style = known.get(element) ?? window.getComputedStyle(element);
    known.set(element, style);
    return style;
  };
}

/** What is no text, and what is switched off. Source: WCAG 2.2, 1.4.3, "incidental". */
function isExempt(element: PageElement): boolean {
  if (element.matches("script, style, title, option, optgroup, textarea")) return true;
  const label = element.closest("label");
  const isOff = (one: PageElement): boolean => one.closest(":disabled, [aria-disabled='true']") !== null;
  return isOff(element) || (label?.control != null && isOff(label.control));
}

function leastContrast(style: Style): number {
  const px = Number.parseFloat(style["fontSize"] ?? "");
  const isBold = Number(style["fontWeight"]) >= boldWeight;
  return px >= largePx || (isBold && px >= largeBoldPx) ? least.large : least.text;
}

/** The contrast ratio of an element's text, 1-21; `null` when it cannot be told from styles alone, or nothing is seen of it. */
function contrastOf(element: PageElement, styleOf: StyleOf): number | null {
  const text = parseColour(styleOf(element)["color"]);
  if (text === null || Number.parseFloat(styleOf(element)["fontSize"] ?? "") < 1) return null;
  const layers: Colour[] = [];
  for (let at: PageElement | null = element; at !== null; at = at.parentElement) {
    const style = styleOf(at);
    if (!isPlain(style)) return null;
    if (layers.at(-1)?.alpha === 1) continue;
    if (overlapsItself(style) || at.matches(colouringAttributes) || style["backgroundImage"] !== "none") return null;
    const background = parseColour(style["backgroundColor"]);
    if (background === null || (at.matches("button, input, select") && style["backgroundColor"] === unstyledControl)) return null;
    if (background.alpha > 0) layers.push(background);
    if (background.alpha < 1 && isPlaced(style)) return null;
    if (at.localName === "html" && layers.at(-1)?.alpha !== 1) {
      if (style["colorScheme"] === "dark") return null;
      layers.push(white);
    }
  }
  const behind = layers.reduceRight((below, layer) => blend(layer, below), white);
  return ratioOf(blend(text, behind), behind);
}

/** True when nothing changes how the element and all in it are drawn: not hidden, see-through, filtered, cut or turned. */
function isPlain(style: Style): boolean {
  const usual = (property: string, ...values: readonly string[]): boolean => [...values, "", undefined].includes(style[property]);
  return (
    style["display"] !== "none" &&
    usual("visibility", "visible") &&
    usual("opacity", "1") &&
    usual("filter", "none") &&
    usual("backdropFilter", "none") &&
    usual("mixBlendMode", "normal") &&
    usual("transform", "none") &&
    usual("clip", "auto") &&
    usual("clipPath", "none") &&
    usual("maskImage", "none") &&
    usual("textShadow", "none") &&
    usual("textIndent", "0px") &&
    usual("contentVisibility", "visible")
  );
}

/** True when the element may lie over something else than what it stands in. */
function isPlaced(style: Style): boolean {
  const margins = ["marginTop", "marginRight", "marginBottom", "marginLeft"].map((margin) => style[margin] ?? "");
  return (
    !["static", "", undefined].includes(style["position"]) ||
    !["none", "", undefined].includes(style["cssFloat"]) ||
    margins.some((margin) => margin.startsWith("-"))
  );
}

/** True when what stands in the element may lie over each other. */
function overlapsItself(style: Style): boolean {
  return /grid/.test(style["display"] ?? "");
}

interface Colour {
  readonly rgb: readonly [red: number, green: number, blue: number];
  readonly alpha: number;
}

const white: Colour = { rgb: [255, 255, 255], alpha: 1 };

/** A computed colour; `null` for those in other spaces than sRGB's own. */
function parseColour(text: string | undefined): Colour | null {
  const [, red, green, blue, alpha = "1"] = /^rgba?\((\d+), (\d+), (\d+)(?:, ([\d.]+))?\)$/.exec(text ?? "") ?? [];
  return red === undefined ? null : { rgb: [Number(red), Number(green), Number(blue)], alpha: Number(alpha) };
}

function blend(over: Colour, under: Colour): Colour {
  const mix = (index: 0 | 1 | 2): number => over.rgb[index] * over.alpha + under.rgb[index] * (1 - over.alpha);
  return { rgb: [mix(0), mix(1), mix(2)], alpha: 1 };
}

function ratioOf(one: Colour, other: Colour): number {
  const [light, dark] = [luminance(one), luminance(other)].toSorted((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** Source: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance({ rgb }: Colour): number {
  const linear = (value: number): number => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear(rgb[0]) + 0.7152 * linear(rgb[1]) + 0.0722 * linear(rgb[2]);
}
