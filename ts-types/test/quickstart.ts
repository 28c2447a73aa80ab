import { createClient } from "../src/index.js";

let session: string | undefined;
const spaces = createClient({ baseUrl: process.env["BASE"] ?? "http://127.0.0.1:8080", token: () => session });

const signedUp = await spaces.register({
  body: { email: "alan@example.org", password: "correct horse battery", displayName: "Alan Turing" },
});
if (signedUp.status !== 201) throw new Error(`signing up answered ${signedUp.response.status}`);
session = signedUp.body.accessToken;

const created = await spaces.createSpace({ body: { name: "Analytical Engine" } });
if (created.status !== 201) throw new Error(`creating a space answered ${created.response.status}`);
console.log(`${created.body.name} has the invite code ${created.body.inviteCode}`);

for (const attempt of ["first", "second"]) {
  const changed = await spaces.updateSpaceSettings({
    path: { spaceId: created.body.spaceId },
    headers: { ifMatch: created.headers.etag },
    body: { name: "Difference Engine", memberListVisibility: "members", whoMayInvite: "admins" },
  });
  switch (changed.status) {
    case 200:
      console.log(`${attempt}: it is called ${changed.body.name} now`);
      break;
    case 412: // the change before gave the space another ETag
      console.log(`${attempt}: ${changed.status} ${changed.body.code}`);
      break;
    default: // every other documented status, and "unexpected"
      console.log(`${attempt}: ${changed.response.status}`);
  }
}
