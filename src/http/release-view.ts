export type {
  ReleaseView,
  CheckView,
  PhaseView,
  StoryView,
  PersonView,
  ActionView,
  BandView,
  CountdownView,
} from "../core/release-view.ts";
