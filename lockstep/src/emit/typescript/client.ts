/** A documented answer. `status` tells the answers of an operation apart. */
export interface Answer<Status extends number | string, Body = undefined, HeaderFields = {}> {
  /** The status. Where the contract has a class (`4XX`) or `default`, that name; `response.status` is the number. */
  readonly status: Status;
  /** The documented headers, by their names in camelCase. */
  readonly headers: HeaderFields;
  /** The body; `undefined` where none is documented. */
  readonly body: Body;
  /** The answer as `fetch` gave it, its body already read. */
  readonly response: Response;
}

/** An answer that the contract does not document, by its status or its media type. Its body is not read yet. */
export interface Unexpected {
  readonly status: "unexpected";
  readonly response: Response;
}

/** How a client calls. */
export interface ClientOptions {
  /** Where the API is, as in `https://spaces.example.org`. Paths are appended to it. */
  readonly baseUrl: string;
  /** What to call instead of the global `fetch`. */
  readonly fetch?: typeof fetch;
  /** Headers of every request. */
  readonly headers?: { readonly [name: string]: string };
  /** The bearer token, or how to get it. It is asked for and sent only where an operation takes one. */
  readonly token?: string | (() => string | undefined | Promise<string | undefined>);
}

/** How one call is made. */
export interface CallOptions {
  /** Aborts the call, which then rejects. */
  readonly signal?: AbortSignal;
  /** Headers of this request. */
  readonly headers?: { readonly [name: string]: string };
}

/** How an operation travels. */
export interface OperationFormat {
  readonly method: string;
  /** The path with its parameters in braces. */
  readonly path: string;
  /** Whether it takes a bearer token. */
  readonly bearer?: true;
  /** The media type of the request body. */
  readonly contentType?: string;
  /** Arrays in the query that are joined by commas; the others repeat their name. */
  readonly joined?: readonly string[];
  /** Header parameters by their names in camelCase. */
  readonly headers?: { readonly [name: string]: string };
  /** The documented answers, by status, class (`4XX`) or `default`. */
  readonly answers: { readonly [status: string]: AnswerFormat };
}

/** How an answer travels. */
export interface AnswerFormat {
  /** The media type of the body, without parameters; absent where there is none. */
  readonly mediaType?: string;
  /** What the body is read as. */
  readonly as?: "json" | "text" | "blob";
  /** The documented headers by their names in camelCase. */
  readonly headers?: { readonly [name: string]: HeaderFormat };
}

/** The name of a header and what its value is read as. */
export type HeaderFormat = readonly [name: string, as: "string" | "number" | "boolean"];

interface RequestParts {
  readonly path?: { readonly [name: string]: unknown };
  readonly query?: { readonly [name: string]: unknown };
  readonly headers?: { readonly [name: string]: unknown };
  readonly cookies?: { readonly [name: string]: unknown };
  readonly body?: unknown;
}

function caller(client: ClientOptions) {
  return <Id extends keyof Operations>(id: Id) =>
    (request?: Operations[Id]["request"], options?: CallOptions): Promise<Operations[Id]["result"]> =>
      send(client, operations[id], request ?? {}, options ?? {}) as Promise<Operations[Id]["result"]>;
}

async function send(client: ClientOptions, operation: OperationFormat, request: RequestParts, options: CallOptions) {
  const fetch = client.fetch ?? globalThis.fetch;
  const response = await fetch(urlOf(client.baseUrl, operation, request), {
    method: operation.method,
    headers: await headersOf(client, operation, request, options),
    body: bodyOf(operation, request),
    signal: options.signal ?? null,
  });
  return read(operation, response);
}

function urlOf(baseUrl: string, operation: OperationFormat, { path, query }: RequestParts): string {
  const filled = operation.path.replace(/\{(.+?)\}/g, (_, name: string) => segment(name, path?.[name]));
  const pairs = entries(query).flatMap(([name, value]) => {
    const items = [value].flat().map((item) => encodeURIComponent(String(item)));
    const values = operation.joined?.includes(name) && items.length > 0 ? [items.join(",")] : items;
    return values.map((value) => `${encodeURIComponent(name)}=${value}`);
  });
  const base = baseUrl.endsWith("/") ? baseUrl.slice(0, -1) : baseUrl;
  return base + filled + (pairs.length > 0 ? `?${pairs.join("&")}` : "");
}

function segment(name: string, value: unknown): string {
  const text = String(value ?? "");
  // These would change the path itself: an empty segment is another resource, and URLs resolve dots even if encoded.
  if (text === "" || text === "." || text === "..") {
    throw new TypeError(`The path parameter ${name} cannot be ${JSON.stringify(text)}.`);
  }
  return encodeURIComponent(text);
}

async function headersOf(
  client: ClientOptions,
  operation: OperationFormat,
  request: RequestParts,
  options: CallOptions,
): Promise<Headers> {
  const headers = new Headers({ ...client.headers, ...options.headers });
  for (const [name, value] of entries(request.headers)) {
    headers.set(operation.headers?.[name] ?? name, String(value));
  }
  // Browsers send the cookies that they have and ignore this header.
  const cookies = entries(request.cookies).map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  if (cookies.length > 0) {
    headers.set("Cookie", cookies.join("; "));
  }
  if (operation.contentType !== undefined && request.body !== undefined) {
    headers.set("Content-Type", operation.contentType);
  }
  const token = operation.bearer && (typeof client.token === "function" ? await client.token() : client.token);
  if (token) {
    headers.set("Authorization", `Bearer ${token}`);
  }
  return headers;
}

function bodyOf(operation: OperationFormat, { body }: RequestParts): string | Blob | null {
  if (body === undefined) {
    return null;
  }
  return isJson(operation.contentType) ? JSON.stringify(body) : (body as string | Blob);
}

function isJson(mediaType = ""): boolean {
  return /[/+]json\s*($|;)/i.test(mediaType);
}

/** What there is: optional parameters are left out. */
function entries(parameters: { readonly [name: string]: unknown } = {}): [string, unknown][] {
  return Object.entries(parameters).filter(([, value]) => value !== undefined);
}

async function read(
  { answers }: OperationFormat,
  response: Response,
): Promise<Answer<number | string, unknown> | Unexpected> {
  const documented = [`${response.status}`, `${Math.floor(response.status / 100)}XX`, "default"];
  const key = documented.find((key) => Object.hasOwn(answers, key)) ?? "";
  const answer = answers[key];
  if (answer === undefined || !isOf(answer.mediaType, response)) {
    return { status: "unexpected", response };
  }
  const status = key === documented[0] ? response.status : key;
  const headers = headersIn(response, answer.headers);
  const body: unknown = answer.as === undefined ? await response.body?.cancel() : await response[answer.as]();
  return { status, headers, body, response };
}

/** Whether the answer is of this media type: a gateway's HTML is not the problem document that its status promises. */
function isOf(mediaType: string | undefined, response: Response): boolean {
  const [actual = ""] = (response.headers.get("Content-Type") ?? "").split(";");
  return mediaType === undefined || actual.trim().toLowerCase() === mediaType;
}

function headersIn(response: Response, formats: AnswerFormat["headers"] = {}): { [name: string]: unknown } {
  const headers: { [name: string]: unknown } = {};
  for (const [key, [name, as]] of Object.entries(formats)) {
    const value = response.headers.get(name);
    if (value !== null) {
      headers[key] = as === "number" ? Number(value) : as === "boolean" ? value === "true" : value;
    }
  }
  return headers;
}
