/** A server for the tools of an agent: answers as it is told to, late, wrongly or not at all, and writes down what it was asked. */
import type { Clock } from '../clock.ts'

/** One thing it answers. Those of one method and path are used one after the other; the last one goes on. */
export type HttpRoute = Readonly<{
  method: string
  /** `*` stands for any one part: `/tables/*`. */
  path: string
  status: number
  headers: Readonly<Record<string, string>>
  json?: unknown
  text?: string
  delay: number
  hang?: true
  close?: true
}>

/** A request as it came. */
export type HttpRequest = Readonly<{
  method: string
  /** With its query. */
  path: string
  headers: Readonly<Record<string, string>>
  /** As JSON, where it is JSON, else as text. */
  body: unknown
}>

export type HttpServer = Readonly<{
  fetch: (request: Request) => Promise<Response>
  requests: readonly HttpRequest[]
}>

/** Makes a server that is not yet on the network. */
export const createHttpServer = (routes: readonly HttpRoute[], clock: Clock): HttpServer => {
  const requests: HttpRequest[] = []
  const used = new Map<string, number>()

  const routeOf = (method: string, path: string): HttpRoute | undefined => {
    const fitting = routes.filter((route) => route.method === method && fitsPath(route.path, path))
    const key = `${method} ${fitting[0]?.path}`
    const times = used.get(key) ?? 0
    used.set(key, times + 1)
    return fitting.at(Math.min(times, fitting.length - 1))
  }

  return {
    requests,
    fetch: async (request) => {
      const { pathname, search } = new URL(request.url)
      const { method } = request
      requests.push({
        method,
        path: pathname + search,
        headers: Object.fromEntries(request.headers),
        body: bodyOf(await request.text()),
      })
      const route = routeOf(method, pathname)
      if (!route) {
        return Response.json({ error: `nothing at ${method} ${pathname}` }, { status: 404 })
      }
      if (route.hang) return await new Promise<Response>(() => {})
      if (route.delay > 0) await new Promise<void>((resolve) => clock.after(route.delay, resolve))
      return route.close ? broken() : answerOf(route)
    },
  }
}

const answerOf = ({ status, headers, json, text }: HttpRoute): Response => {
  if (text !== undefined) return new Response(text, { status, headers })
  return json === undefined
    ? new Response(null, { status, headers })
    : Response.json(json, { status, headers })
}

/** An answer that breaks off before its end. */
const broken = (): Response => {
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode('{"half":')),
    pull: (controller) => controller.error(new Error('the connection breaks')),
  })
  return new Response(body, { headers: { 'content-type': 'application/json' } })
}

const fitsPath = (wanted: string, path: string): boolean => {
  const parts = wanted.split('/')
  const given = path.split('/')
  return parts.length === given.length &&
    parts.every((part, at) => part === '*' || part === given[at])
}

const bodyOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
