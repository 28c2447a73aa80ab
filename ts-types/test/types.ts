// What must compile and what must not: this file is checked by every supported compiler and does nothing when run.
import {
  createClient,
  operations,
  themeValues,
  type Answer,
  type Client,
  type CreatedSpace,
  type CreateSpaceResult,
  type NewSpace,
  type OperationFormat,
  type Operations,
  type Preferences,
  type Problem,
  type Registration,
  type Space,
  type Theme,
} from "../src/index.js";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(..._: Equal<A, B> extends true ? [] : ["these types differ"]): void {}

// Results narrow on `status`, and the cases are exhaustive.
export function told(result: CreateSpaceResult): string {
  switch (result.status) {
    case 201:
      same<typeof result.body, CreatedSpace>();
      same<typeof result.headers.location, string>();
      same<typeof result.headers.cacheControl, "no-store">();
      return result.body.inviteCode;
    case 401:
      return result.headers.wwwAuthenticate;
    case 429:
      same<typeof result.headers.rateLimit, string>();
      return result.body.code;
    case 503:
      same<typeof result.headers.retryAfter, number>();
      return result.body.code;
    case 400:
    case 406:
    case 408:
    case 409:
    case 413:
    case 415:
    case 422:
    case 500:
      same<typeof result.body, Problem>();
      // @ts-expect-error these answers document no headers
      result.headers.etag;
      return result.body.title;
    case "unexpected":
      // @ts-expect-error nothing is known of its body
      result.body;
      return result.response.statusText;
    default: {
      const never: never = result;
      return never;
    }
  }
}

// An undocumented status is no case.
export function wrong(result: CreateSpaceResult): boolean {
  // @ts-expect-error 404 is not documented
  return result.status === 404;
}

// Without narrowing there is no body.
// @ts-expect-error `body` is not in every case
export const unnarrowed = (result: CreateSpaceResult): unknown => result.body;

same<Theme, "system" | "light" | "dark">();
same<(typeof themeValues)[number], Theme>();
same<Extract<Operations["deleteSpace"]["result"], { status: 204 }>, Answer<204>>();
same<Operations["getSpace"]["request"]["path"]["spaceId"], string>();
same<Parameters<Client["getVersion"]>[0], { readonly [part: string]: never } | undefined>();
operations satisfies { readonly [Id in keyof Operations]: OperationFormat };
same<keyof typeof operations, keyof Operations>();
same<(typeof operations)["createSpace"]["path"], "/api/spaces">();

// Wrong bodies.
export const named: NewSpace = { name: "Engine" };
// @ts-expect-error `name` is required
export const unnamed: NewSpace = { description: "Engine" };
// @ts-expect-error unknown members are refused
export const unknownMember: NewSpace = { name: "Engine", colour: "#000000" };
// @ts-expect-error an optional member is absent, not undefined
export const undefinedMember: NewSpace = { name: "Engine", description: undefined };
// @ts-expect-error an optional member is not nullable
export const nullMember: NewSpace = { name: "Engine", description: null };
// @ts-expect-error a number is no string
export const wrongType: Registration = { email: 1, password: "correct horse battery", displayName: "Ada" };
// @ts-expect-error not one of the themes
export const wrongValue: Preferences["theme"] = "blue";
export const created = (space: CreatedSpace): Space => space;
// @ts-expect-error the invite code is shown once
export const shown = (space: Space): CreatedSpace => space;

// Wrong calls.
export async function calls(client: Client): Promise<void> {
  await client.getVersion();
  await client.listSpaces({ query: { limit: 5 } }, { signal: AbortSignal.timeout(1000) });
  await client.logout();
  // @ts-expect-error the request is required
  await client.getSpace();
  // @ts-expect-error the path is required
  await client.getSpace({});
  // @ts-expect-error the parameter is required
  await client.getSpace({ path: {} });
  // @ts-expect-error limit is a number
  await client.listSpaces({ query: { limit: "5" } });
  // @ts-expect-error there is no such parameter
  await client.listSpaces({ query: { offset: 5 } });
  // @ts-expect-error it takes nothing
  await client.getVersion({ query: {} });
  // @ts-expect-error a base URL is required
  createClient({});
}
