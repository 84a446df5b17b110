import { useEffect } from "react";
import type { ReactNode } from "react";
import { frameWords } from "../words/frame-words.ts";
import { useWords } from "../words/language.ts";

/** When one may release: the week of a plan, and what stands in it. */
export function CalendarScreen(): ReactNode {
  const words = useWords(frameWords);
  useEffect(() => {
    document.title = `${words.calendar} · serin`;
  }, [words]);
  return (
    <div className="page">
      <h1>{words.calendar}</h1>
    </div>
  );
}
