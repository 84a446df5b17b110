import { randomBytes, randomInt } from "node:crypto";
import { bucketCount } from "./cohort.ts";
import type { Person } from "./cohort.ts";

/** Draws one person: 64 random bits as 16 hexadecimal digits, and a bucket 0-9999. Every bucket must be as likely as any other. */
export type Draw = () => Pick<Person, "id" | "bucket">;

/** The fair draw, from the system's own source of chance. */
export const drawFairly: Draw = () => ({ id: randomBytes(8).toString("hex"), bucket: randomInt(bucketCount) });
