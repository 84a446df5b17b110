import { useEffect, useRef } from "react";
import type { RefObject } from "react";

/**
 * Opens the dialog that takes the answer as its ref, as a modal one, with the focus on what has the class `ask-first`. Once it is gone, whoever
 * works with the keyboard goes on where it was opened, or, when that is gone, at the top of the screen.
 */
export function useModal(): RefObject<HTMLDialogElement | null> {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const opener = document.activeElement;
    dialog.current?.showModal();
    dialog.current?.querySelector<HTMLElement>(".ask-first")?.focus();
    return () => {
      const place = opener instanceof HTMLElement && opener.isConnected ? opener : document.getElementById("content");
      place?.focus({ preventScroll: true });
    };
  }, []);
  return dialog;
}
