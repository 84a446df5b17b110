import { Audit, Gatherer } from "lighthouse";

/** Longer texts of a page are cut, characters. */
const longest = 100_000;

/** Reads what people see of the page once it is there. An artifact of Lighthouse: it wants an audit that asks for it. */
export class PageText extends Gatherer {
  override meta = { supportedModes: ["navigation" as const, "snapshot" as const] };
  text = "";

  override async getArtifact({ driver }: Parameters<Gatherer["getArtifact"]>[0]): Promise<string> {
    this.text = await driver.executionContext.evaluate(readText, { args: [longest], useIsolation: true });
    return this.text;
  }
}

/** Runs in the page. */
function readText(length: number): string {
  const { document } = globalThis as unknown as { readonly document: { readonly body?: { readonly innerText: string } } };
  return (document.body?.innerText ?? "").slice(0, length);
}

/** Scores nothing; it makes Lighthouse read the text. */
export class PageTextAudit extends Audit {
  static override get meta() {
    return {
      id: "serin-page-text",
      title: "The page has a text",
      failureTitle: "The page has no text",
      description: "What people see of the page, for the measuring program.",
      requiredArtifacts: ["PageText" as never],
      scoreDisplayMode: Audit.SCORING_MODES.INFORMATIVE,
    };
  }

  static override audit() {
    return { score: 1 };
  }
}
