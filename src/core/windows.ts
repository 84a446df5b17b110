/** When a release may start or advance. Minutes are counted from Monday 00:00 in the plan's zone, 0 to 10 080; a range that ends before it starts wraps. */
export interface Windows {
  /** Empty: any time is as good as another. */
  readonly prefer: readonly WeekRange[];
  readonly avoid: readonly WeekRange[];
  /** ISO 3166 country codes whose public holidays are avoided. */
  readonly avoidHolidays: readonly string[];
}

export interface WeekRange {
  readonly fromMinute: number;
  readonly toMinute: number;
  /** The words of the plan: "tue-thu 14:00-17:00". */
  readonly says: string;
}
