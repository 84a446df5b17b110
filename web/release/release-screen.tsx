import { useEffect, useMemo } from "react";
import type { ReactNode } from "react";
import type { CheckView, ReleaseView } from "../../src/http/release-view.ts";
import { liveRelease, useLive } from "../api/use-live.ts";
import { To } from "../app/address.tsx";
import { useServerNow } from "../app/clock.ts";
import type { Reading } from "../app/clock.ts";
import { LinkBanner } from "../app/link-banner.tsx";
import { ProblemNotice } from "../app/problem-notice.tsx";
import { isOver, marks } from "../releases/order.ts";
import { useLanguage, useWords } from "../words/language.ts";
import { sayClock } from "../words/numbers.ts";
import { releaseWords } from "../words/release-words.ts";
import { Actions, NotNow } from "./actions.tsx";
import { useAsking } from "./asking.tsx";
import { BandLegend } from "./band.tsx";
import { CheckList } from "./check-list.tsx";
import { GoNoGo } from "./go-no-go.tsx";
import { Standing, Title } from "./head.tsx";
import { Outcome } from "./outcome.tsx";
import { People } from "./people.tsx";
import { ReportLinks } from "./report-links.tsx";
import { Story } from "./story.tsx";
import { Track } from "./track.tsx";
import { WayBack } from "./way-back.tsx";

/** One release: where it is, whether that is bad, what happens next by itself, what this person can press. */
export function ReleaseScreen({ id }: { readonly id: string }): ReactNode {
  const language = useLanguage();
  const live = useMemo(() => liveRelease(id, language), [id, language]);
  const state = useLive(live);
  const words = useWords(releaseWords);
  return (
    <>
      <LinkBanner state={state} retry={live.refresh} />
      {state.problem !== null && (
        <div className="page refused-page">
          {state.value === null && <h1 className="unseen">{id}</h1>}
          <ProblemNotice problem={state.problem} />
          <p>
            <To path="/">{words.allReleases}</To>
          </p>
        </div>
      )}
      {state.value === null ? (
        state.problem === null && <Skeleton />
      ) : (
        <Release view={state.value} heardMs={state.heardMs} refresh={live.refresh} />
      )}
    </>
  );
}

interface ReleaseProps {
  readonly view: ReleaseView;
  readonly heardMs: number;
  readonly refresh: () => void;
}

function Release({ view, heardMs, refresh }: ReleaseProps): ReactNode {
  const words = useWords(releaseWords);
  const asking = useAsking(view, refresh);
  const heard = { serverMs: view.nowMs, localMs: heardMs };
  // What was not judged before the end never will be.
  const guards = isOver(view) ? view.guards.filter(({ kind }) => kind !== "not-yet") : view.guards;
  return (
    <>
      <TabTitle view={view} heard={heard} />
      <div className="page release-page">
        <Title view={view} heard={heard} />
        <Standing view={view} heard={heard} asking={asking} />
        <Track view={view} />
        {view.status.kind === "waiting" && <GoNoGo view={view} />}
        {view.wayBack !== null && <WayBack wayBack={view.wayBack} view={view} />}
        {isOver(view) && <Outcome view={view} />}
        <CheckList title={words.gates} checks={view.gates} view={view} />
        {view.gates.some(hasBand) && <BandLegend />}
        <CheckList title={isOver(view) ? words.guardsOver : words.guards} checks={guards} view={view} />
        {!view.gates.some(hasBand) && guards.some(hasBand) && <BandLegend />}
        <div className="beside">
          <Story key={view.language} view={view} />
          <div>
            <People people={view.people} />
            <ReportLinks id={view.id} />
          </div>
        </div>
        <NotNow view={view} />
      </div>
      <Actions view={view} asking={asking} />
    </>
  );
}

function hasBand({ band }: CheckView): boolean {
  return band !== null;
}

/** Keeps the title of the tab: the mark of where it stands, a running countdown, the name. */
function TabTitle({ view, heard }: { readonly view: ReleaseView; readonly heard: Reading }): ReactNode {
  const nowMs = useServerNow(heard, 500);
  const left = view.countdown === null ? "" : `${sayClock(view.countdown.commitByMs - nowMs)} `;
  const title = `${marks[view.tone]}${left}${view.name} · serin`;
  useEffect(() => {
    document.title = title;
  }, [title]);
  return null;
}

/** The place of a release before anything was heard. */
function Skeleton(): ReactNode {
  return (
    <div className="page skeleton" aria-hidden="true">
      <span className="bone bone-title" />
      <div className="sheet bone-box" />
      <div className="sheet bone-box tall" />
    </div>
  );
}
