import { Component } from "react";
import type { ReactNode } from "react";

interface Props {
  /** What is shown instead, when something below throws. */
  readonly instead: ReactNode;
  /** Another value tries again. */
  readonly of: string;
  readonly children: ReactNode;
}

/** Keeps a mistake in one screen from taking the others with it. */
export class Boundary extends Component<Props, { readonly brokenOf: string | null }> {
  override state: { readonly brokenOf: string | null } = { brokenOf: null };

  static getDerivedStateFromError(): { readonly brokenOf: string | null } {
    return { brokenOf: "" };
  }

  override componentDidCatch(): void {
    this.setState({ brokenOf: this.props.of });
  }

  override componentDidUpdate(): void {
    if (this.state.brokenOf !== null && this.state.brokenOf !== "" && this.state.brokenOf !== this.props.of)
      this.setState({ brokenOf: null });
  }

  override render(): ReactNode {
    return this.state.brokenOf === null ? this.props.children : this.props.instead;
  }
}
