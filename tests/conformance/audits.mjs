// graphql-http's audit of a server: prints one line for each audit that is not passed.
import { auditServer } from "graphql-http";

const results = await auditServer({ url: process.env.DATELINE_URL });
const failures = results.filter((result) => result.status !== "ok");
for (const { id, name, status, reason } of failures) console.log(`${id} ${name}: ${status}: ${reason}`);
console.log(`${results.length - failures.length} of ${results.length}`);
process.exitCode = failures.length ? 1 : 0;
