import { readFileSync, writeFileSync } from "node:fs";
import { openApiDocument } from "./openapi-document.ts";

const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { readonly version: string };
writeFileSync("schema/openapi.json", `${JSON.stringify(openApiDocument(version), null, 2)}\n`);
