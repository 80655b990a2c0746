import { describe, expect, test } from 'vitest'
import { turn } from '../../src/runtime/event-loop.ts'
import { createHttpServer, type HttpRoute } from '../../src/sim/http-server.ts'
import { createFakeClock } from '../support/fake-clock.ts'

const route = (route: Partial<HttpRoute> & Pick<HttpRoute, 'path'>): HttpRoute => ({
  method: 'GET',
  status: 200,
  headers: {},
  delay: 0,
  ...route,
})

const createServer = (...routes: readonly HttpRoute[]) => {
  const clock = createFakeClock()
  const server = createHttpServer(routes, clock)
  const ask = (path: string, init: RequestInit = {}) =>
    server.fetch(new Request(`http://127.0.0.1${path}`, init))
  return { clock, server, ask }
}

describe('a server for tools', () => {
  test('answers as it is told to, and writes down what it was asked', async () => {
    const { server, ask } = createServer(
      route({ method: 'POST', path: '/tables/*', status: 201, json: { confirmation: 'A7' } }),
    )
    const answer = await ask('/tables/friday?people=4', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-key': 'k' },
      body: '{"name":"Ana"}',
    })
    expect([answer.status, await answer.json()]).toEqual([201, { confirmation: 'A7' }])
    expect(server.requests).toMatchObject([{
      method: 'POST',
      path: '/tables/friday?people=4',
      headers: { 'x-key': 'k' },
      body: { name: 'Ana' },
    }])
  })

  test('goes through the answers of one route, and stays with the last', async () => {
    const { ask } = createServer(
      route({ path: '/', status: 503 }),
      route({ path: '/', text: 'open' }),
    )
    const statuses = []
    for (let times = 0; times < 3; times++) statuses.push((await ask('/')).status)
    expect(statuses).toEqual([503, 200, 200])
  })

  test('says 404 where it was told nothing', async () => {
    const { ask } = createServer(route({ path: '/a/*' }))
    expect((await ask('/a')).status).toBe(404)
    expect((await ask('/a/b', { method: 'DELETE' })).status).toBe(404)
    expect((await ask('/a/b')).status).toBe(200)
  })

  test('takes its time on the clock it is given', async () => {
    const { clock, ask } = createServer(route({ path: '/', delay: 5_000, json: [] }))
    let status = 0
    const asked = ask('/').then((answer) => status = answer.status)
    // The body of the request is read first.
    while (clock.waiting() === 0) await turn()
    clock.advance(4_999)
    expect(status).toBe(0)
    clock.advance(1)
    await asked
    expect(status).toBe(200)
  })

  test('can break off in the middle of its answer', async () => {
    const { ask } = createServer(route({ path: '/', close: true }))
    await expect((await ask('/')).text()).rejects.toThrow('the connection breaks')
  })
})
