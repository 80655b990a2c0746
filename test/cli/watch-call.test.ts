import { afterEach, describe, expect, test } from 'vitest'
import type { FeedEntry } from '../../src/bridge/call-feed.ts'
import { watchCall } from '../../src/cli/watch-call.ts'
import { runtime } from '../runtime/current.ts'

let stop = () => Promise.resolve()
afterEach(() => stop())

/** A service that answers each request the same way; gives what the watcher asked for. */
const serve = async (answer: () => Response) => {
  const asked: string[] = []
  const server = await runtime.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: ({ url, headers }) => {
      asked.push(`${new URL(url).pathname} ${headers.get('authorization')}`)
      return answer()
    },
  })
  stop = server.stop
  const entries: FeedEntry[] = []
  const watching = new AbortController()
  const watch = () =>
    watchCall(
      {
        url: `http://127.0.0.1:${server.port}`,
        callSid: 'CA1',
        operatorToken: 'test-operator-token',
        signal: watching.signal,
      },
      (entry) => {
        entries.push(entry)
        if (entry.type === 'model-ready') watching.abort()
      },
    )
  return { asked, entries, watch }
}

/** An event stream that arrives in these pieces. */
const eventStream = (pieces: readonly string[], isOpen = false) => {
  const encoder = new TextEncoder()
  const body = new ReadableStream({
    start: (stream) => {
      for (const piece of pieces) stream.enqueue(encoder.encode(piece))
      if (!isOpen) stream.close()
    },
  })
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
}

describe('watching a call', () => {
  test('gives each report, however it was cut on the way, and ends with the call', async () => {
    const { asked, entries, watch } = await serve(() =>
      eventStream([
        'event: key-pressed\nda',
        'ta: {"atMs":5000,"digit":"#"}\n',
        '\nevent: quiet\ndata: \n\nevent: ended\n',
        'data: {"atMs":9,"reason":"handed-over","durationMs":9}\n\n',
      ])
    )
    await watch()
    expect(asked).toEqual(['/api/v1/calls/CA1/events Bearer test-operator-token'])
    expect(entries).toEqual([
      { type: 'key-pressed', atMs: 5_000, digit: '#' },
      { type: 'ended', atMs: 9, reason: 'handed-over', durationMs: 9 },
    ])
  })

  test.each([401, 404, 503])('rejects with a sentence when the service says %i', async (status) => {
    const { watch, entries } = await serve(() => new Response('no', { status }))
    await expect(watch()).rejects.toThrow(`the service does not show the call: HTTP ${status}`)
    expect(entries).toEqual([])
  })

  test('ends when nobody wants to watch any longer', async () => {
    const { watch, entries } = await serve(() =>
      eventStream(['event: model-ready\ndata: {"atMs":1,"afterMs":1}\n\n'], true)
    )
    await expect(watch()).rejects.toThrow(/abort/i)
    expect(entries).toEqual([{ type: 'model-ready', atMs: 1, afterMs: 1 }])
  })
})
