import { useMemo } from "react";
import type { ReactNode } from "react";
import { Link, useLocation, useSearchParams } from "wouter";

/**
 * One word of the address behind "?", and how to change it; `null`: it is not there. A `step` is one in the history: the browser's way back undoes
 * it; `in-place` makes none.
 */
export function useParam(
  name: string,
  changes: "in-place" | "step" = "in-place",
): readonly [string | null, (value: string | null) => void] {
  const [params, setParams] = useSearchParams();
  const set = useMemo(
    () => (value: string | null) =>
      setParams(
        (before) => {
          const next = new URLSearchParams(before);
          if (value === null) next.delete(name);
          else next.set(name, value);
          return next;
        },
        { replace: changes === "in-place" },
      ),
    [name, changes, setParams],
  );
  return [params.get(name), set];
}

/** A link to another screen; the language that the address names goes with it. */
export function To(props: {
  readonly path: string;
  readonly className?: string | ((isActive: boolean) => string | undefined);
  readonly label?: string;
  /** Called when somebody follows it. */
  readonly follow?: () => void;
  readonly children: ReactNode;
}): ReactNode {
  const [language] = useParam("lang");
  const [location] = useLocation();
  const { path, className, label, follow, children } = props;
  const isHere = location === path;
  return (
    <Link
      href={language === null ? path : `${path}?lang=${language}`}
      className={typeof className === "function" ? className(isHere) : className}
      aria-label={label}
      onClick={follow}
      aria-current={isHere ? "page" : undefined}
    >
      {children}
    </Link>
  );
}

/** The address of a release's screen. */
export function pathOfRelease(id: string): string {
  return `/releases/${encodeURIComponent(id)}`;
}
