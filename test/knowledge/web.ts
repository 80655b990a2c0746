/** A real web server on this machine, whose pages a test chooses, and which keeps what it was asked. */
import { onTestFinished } from 'vitest'
import { readBytes } from '../../src/runtime/files.ts'
import { createGuardedFetch } from '../../src/runtime/guarded-fetch.ts'
import { runtime } from '../runtime/current.ts'

/** What a path answers with, by its path. */
export type Answers = Record<string, (request: Request) => Response | Promise<Response>>

/** Serves until the test is over. */
export const serveWeb = async (answers: Answers) => {
  const asked: string[] = []
  const server = await runtime.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: async (request) => {
      const { pathname } = new URL(request.url)
      asked.push(`${request.method} ${pathname}`)
      return await answers[pathname]?.(request) ?? new Response('not here', { status: 404 })
    },
  })
  onTestFinished(server.stop)
  return { url: `http://127.0.0.1:${server.port}`, asked, stop: server.stop }
}

/** Fetches as a service does that may reach this machine. */
export const fetchHere = createGuardedFetch({ allowPrivate: ['127.0.0.0/8'] })

/** A signal that nobody gives. */
export const never = () => new AbortController().signal

/** A document of the fixtures. */
export const fixture = (name: string) =>
  readBytes(new URL(`../fixtures/knowledge/${name}`, import.meta.url))

/** An answer with a text of a kind. */
export const page = (text: string, type = 'text/html') =>
  new Response(text, { headers: { 'content-type': type } })
