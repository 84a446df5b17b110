/** One event of a stream; `data` is its JSON. `id` is `null` when the event has none of its own. */
export interface ServerEvent<Name extends string = string> {
  readonly name: Name;
  readonly id: string | null;
  readonly data: unknown;
}

/**
 * The events of a server-sent event stream whose data is JSON, in their order. Comments are left out; an event that the stream's end cuts off
 * is dropped. Throws what reading throws, and `SyntaxError` when data is not JSON.
 *
 * Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent, void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of body) {
    rest += decoder.decode(bytes, { stream: true });
    const blocks = rest.split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const event = parseBlock(block);
      if (event !== null) yield event;
    }
  }
}

function parseBlock(block: string): ServerEvent | null {
  const fields = block.split("\n").map((line) => /^([^:]*):? ?(.*)$/s.exec(line));
  const values = (name: string): readonly string[] => fields.flatMap((field) => (field?.[1] === name ? [field[2] ?? ""] : []));
  const data = values("data");
  if (data.length === 0) return null;
  return { name: values("event").at(-1) ?? "message", id: values("id").at(-1) ?? null, data: JSON.parse(data.join("\n")) as unknown };
}
