// A server on this machine that notes what it is asked and answers as it is told.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, beforeEach } from "node:test";

export interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export interface TestServer {
  baseUrl: string;
  /** The last request. */
  seen: Seen;
  /** What it answers; an empty JSON object unless a test says otherwise. */
  answer: (response: ServerResponse) => void;
}

/** Serves the tests of a file. */
export function testServer(): TestServer {
  const test: TestServer = {
    baseUrl: "",
    seen: { method: undefined, url: undefined, headers: {}, body: "" },
    answer: empty,
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method, url, headers } = request;
      test.seen = { method, url, headers, body: Buffer.concat(chunks).toString() };
      test.answer(response);
    });
  });
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    test.baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    test.answer = empty;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return test;
}

/** Answers with JSON, or with a problem document from 400 on. */
export function json(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  const type = status < 400 ? "application/json; charset=utf-8" : "application/problem+json";
  response.writeHead(status, { "Content-Type": type, ...headers }).end(JSON.stringify(body));
}

function empty(response: ServerResponse): void {
  json(response, 200, {});
}
