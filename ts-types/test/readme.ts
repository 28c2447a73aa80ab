import { createClient } from "../src/index.js";

let session: string | undefined;
const spaces = createClient({ baseUrl: "http://localhost:8080", token: () => session });

const signedUp = await spaces.register({
  body: { email: "ada@example.org", password: "correct horse battery", displayName: "Ada Lovelace" },
});
if (signedUp.status !== 201) {
  throw new Error(signedUp.status === "unexpected" ? signedUp.response.statusText : signedUp.body.title);
}
session = signedUp.body.accessToken;

const created = await spaces.createSpace({ body: { name: "Analytical Engine" } });
switch (created.status) {
  case 201:
    console.log(created.body.inviteCode, created.headers.location);
    break;
  case 422:
    console.log(created.body.errors); // every invalid value, with its place
    break;
  case "unexpected":
    console.log(created.response.status); // not in the contract: a gateway, a newer server
    break;
  default:
    console.log(created.body.title); // any other documented problem
}
