import { describe, expect, test } from 'vitest'
import type { Clock } from '../../src/clock.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { createAppFixture } from './app-fixture.ts'

const EVENTS = '/api/v1/calls/CA1/events'

/** A clock that moves only once somebody waits for it to: the app waits a few promises after it was asked. */
const createAwaitedClock = () => {
  const clock = createFakeClock()
  const waiting = new Set<symbol>()
  let isAwaited = Promise.withResolvers<void>()
  const after: Clock['after'] = (delayMs, action) => {
    const wait = Symbol()
    waiting.add(wait)
    isAwaited.resolve()
    const stop = () => {
      waiting.delete(wait)
      if (waiting.size === 0) isAwaited = Promise.withResolvers<void>()
    }
    const cancel = clock.after(delayMs, () => {
      stop()
      action()
    })
    return () => {
      cancel()
      if (waiting.has(wait)) stop()
    }
  }
  const passWhenAwaited = async (ms: number) => {
    await isAwaited.promise
    clock.advance(ms)
  }
  return { clock: { ...clock, after }, passWhenAwaited }
}

const createWatched = () => {
  const { clock, passWhenAwaited } = createAwaitedClock()
  const fixture = createAppFixture({ clock })
  fixture.exchange.told.set('CA1', [
    { type: 'model-ready', atMs: 310, afterMs: 310 },
    { type: 'caller-connected', atMs: 420, afterMs: 420, epoch: 1 },
  ])
  const ask = (authorization = 'Bearer test-operator-token', path = EVENTS) =>
    fixture.app.request(path, { headers: { authorization } })
  /** Begins to read the events of the call, event by event. */
  const watch = async () => {
    const { body } = await ask()
    if (!body) throw new Error('the answer has no body')
    const reader = body.pipeThrough(new TextDecoderStream()).getReader()
    return { next: async () => (await reader.read()).value, leave: () => reader.cancel() }
  }
  return { ...fixture, ask, watch, passWhenAwaited }
}

const BACKLOG = [
  'event: model-ready\ndata: {"atMs":310,"afterMs":310}\n\n',
  'event: caller-connected\ndata: {"atMs":420,"afterMs":420,"epoch":1}\n\n',
]

describe('the API', () => {
  test.each([
    ['Bearer another-token', 401],
    ['Bearer test-operator-tokens', 401],
    ['Basic dGVzdA==', 401],
    ['', 401],
  ])('refuses %j', async (authorization, status) => {
    const { ask, exchange } = createWatched()
    const response = await ask(authorization)
    expect(response.status).toBe(status)
    expect(await response.text()).not.toContain('model-ready')
    expect(exchange.watchers()).toBe(0)
  })

  test('refuses who has no token, also where there is nothing', async () => {
    const { app, ask } = createWatched()
    expect((await app.request(EVENTS)).status).toBe(401)
    expect((await ask('Bearer x', '/api/v1/nothing')).status).toBe(401)
    expect((await ask(undefined, '/api/v1/nothing')).status).toBe(404)
  })
})

describe('POST /api/v1/drain', () => {
  const drain = (app: ReturnType<typeof createAppFixture>['app'], token: string) =>
    app.request('/api/v1/drain', {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    })

  test('begins to drain the service and does not wait for it', async () => {
    const { app, drains } = createAppFixture()
    const response = await drain(app, 'test-operator-token')
    expect(response.status).toBe(202)
    expect(await response.json()).toEqual({ draining: true })
    expect(drains()).toBe(1)
  })

  test('is for the operator alone', async () => {
    const { app, drains } = createAppFixture()
    expect((await drain(app, 'another-token')).status).toBe(401)
    expect(drains()).toBe(0)
  })
})

describe('the events of a call', () => {
  test('are not found for a call nobody has heard of', async () => {
    const { ask } = createWatched()
    const response = await ask(undefined, '/api/v1/calls/CA2/events')
    expect(response.status).toBe(404)
    expect(await response.json())
      .toEqual({ type: 'about:blank', title: 'no such call', status: 404 })
  })

  test('are told from the beginning, then as they come, until the call has ended', async () => {
    const { ask, exchange } = createWatched()
    const response = await ask()
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    exchange.tell({ type: 'key-pressed', atMs: 5_000, digit: '#' })
    exchange.tell({ type: 'ended', atMs: 9_120, reason: 'caller-hung-up', durationMs: 9_120 })
    exchange.tell({ type: 'caller-speaking', atMs: 9_130 })
    expect(await response.text()).toBe([
      ...BACKLOG,
      'event: key-pressed\ndata: {"atMs":5000,"digit":"#"}\n\n',
      'event: ended\ndata: {"atMs":9120,"reason":"caller-hung-up","durationMs":9120}\n\n',
    ].join(''))
    expect(exchange.watchers()).toBe(0)
  })

  test('are told at once', async () => {
    const { watch, exchange } = createWatched()
    const { next, leave } = await watch()
    expect(await next() + (await next() ?? '')).toBe(BACKLOG.join(''))
    exchange.tell({ type: 'caller-speaking', atMs: 2_000 })
    expect(await next()).toBe('event: caller-speaking\ndata: {"atMs":2000}\n\n')
    await leave()
  })

  test('keep words with line breaks in one event', async () => {
    const { ask, exchange } = createWatched()
    exchange.told.set('CA1', [{ type: 'key-pressed', atMs: 1, digit: 'one\ntwo\r\nthree' }])
    const response = await ask()
    exchange.tell({ type: 'ended', atMs: 2, reason: 'handed-over', durationMs: 2 })
    expect(await response.text()).toBe(
      'event: key-pressed\ndata: {"atMs":1,"digit":"one\\ntwo\\r\\nthree"}\n\n' +
        'event: ended\ndata: {"atMs":2,"reason":"handed-over","durationMs":2}\n\n',
    )
  })

  test('say that it is quiet every 5 s, for the proxies on the way', async () => {
    const { watch, exchange, passWhenAwaited } = createWatched()
    const { next, leave } = await watch()
    await next()
    await next()
    await passWhenAwaited(4_999)
    exchange.tell({ type: 'caller-speaking', atMs: 4_999 })
    expect(await next()).toBe('event: caller-speaking\ndata: {"atMs":4999}\n\n')
    for (const quiet of [1, 2]) {
      await passWhenAwaited(4_999)
      const said = next()
      await passWhenAwaited(1)
      expect([quiet, await said]).toEqual([quiet, 'event: quiet\ndata: \n\n'])
    }
    await leave()
  })

  test('are not watched any longer when the watcher has gone', async () => {
    const { watch, exchange } = createWatched()
    const { next, leave } = await watch()
    await next()
    expect(exchange.watchers()).toBe(1)
    await leave()
    await expect.poll(exchange.watchers).toBe(0)
  })

  test('are told to each of several watchers', async () => {
    const { ask, exchange } = createWatched()
    const [one, two] = [await ask(), await ask()]
    exchange.tell({ type: 'ended', atMs: 1, reason: 'handed-over', durationMs: 1 })
    const text = await one.text()
    expect(text).toContain('event: ended\n')
    expect(await two.text()).toBe(text)
  })
})
