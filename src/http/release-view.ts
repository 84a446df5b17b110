export type { ReleaseView, CheckView, PhaseView, PersonView, BandView } from "../core/release-view.ts";
