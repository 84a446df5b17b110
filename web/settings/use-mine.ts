import { useAsked } from "../api/use-asked.ts";
import type { Asked } from "../api/use-asked.ts";
import { usePerson } from "../app/session.tsx";

/** As `useAsked`, remembered for the person who is signed in: nobody begins with what another one was answered. */
export function useMine<Value>(
  name: string,
  ask: (signal: AbortSignal) => Promise<Value>,
  everyMs: number,
): readonly [Asked<Value>, () => void] {
  const { name: who } = usePerson();
  return useAsked(JSON.stringify([who, name]), ask, everyMs);
}
