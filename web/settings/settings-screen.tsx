import { useEffect } from "react";
import type { ReactNode } from "react";
import { frameWords } from "../words/frame-words.ts";
import { useWords } from "../words/language.ts";

/** What the server is connected with, who may do what, and the tokens of machines. */
export function SettingsScreen(): ReactNode {
  const words = useWords(frameWords);
  useEffect(() => {
    document.title = `${words.settings} · serin`;
  }, [words]);
  return (
    <div className="page">
      <h1>{words.settings}</h1>
    </div>
  );
}
