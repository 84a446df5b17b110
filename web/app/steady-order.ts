import { useRef, useState } from "react";
import type { FocusEvent, HTMLAttributes } from "react";
import { inKnownOrder } from "../releases/order.ts";

/** What a list takes so that it knows when somebody is at it. */
type Handlers = Pick<HTMLAttributes<HTMLElement>, "onPointerEnter" | "onPointerLeave" | "onFocus" | "onBlur">;

/**
 * `items` as they are ordered, but that nothing moves while somebody points at the list or has the focus in it: until then the order stays, and
 * what is new comes last.
 */
export function useSteadyOrder<Item extends { readonly id: string }>(items: readonly Item[]): readonly [readonly Item[], Handlers] {
  const [isPointed, setPointed] = useState(false);
  const [isFocused, setFocused] = useState(false);
  const kept = useRef<readonly string[]>([]);
  const shown = isPointed || isFocused ? inKnownOrder(items, kept.current) : items;
  kept.current = shown.map(({ id }) => id);
  const handlers: Handlers = {
    onPointerEnter: (event) => setPointed(event.pointerType === "mouse"),
    onPointerLeave: () => setPointed(false),
    onFocus: () => setFocused(true),
    onBlur: (event: FocusEvent<HTMLElement>) => setFocused(event.currentTarget.contains(event.relatedTarget)),
  };
  return [shown, handlers];
}
