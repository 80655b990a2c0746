import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import type { AppTypes } from '../../src/http/bindings.ts'
import { metricsRoutes } from '../../src/http/metrics.ts'

const createApp = () => {
  let asked = 0
  const metrics = {
    text: () => Promise.resolve(`tandem_calls_active ${++asked}\n`),
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
  }
  const app = new Hono<AppTypes>()
  app.route('/', metricsRoutes({ metrics, operatorToken: 'test-operator-token' }))
  const ask = (authorization?: string) =>
    app.request('/metrics', authorization === undefined ? {} : { headers: { authorization } })
  return { app, ask, asked: () => asked }
}

describe('/metrics', () => {
  test('gives the operator the metrics of this moment, as Prometheus wants them', async () => {
    const { ask } = createApp()
    const response = await ask('Bearer test-operator-token')
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(await response.text()).toBe('tandem_calls_active 1\n')
    expect(await (await ask('Bearer test-operator-token')).text()).toBe('tandem_calls_active 2\n')
  })

  test.each([
    [undefined, 401],
    ['Bearer another-token', 401],
    ['Bearer test-operator-tokens', 401],
    ['Bearer ', 400],
    ['Basic dGVzdA==', 400],
  ])('tells nothing to %j, and collects nothing for it', async (authorization, status) => {
    const { ask, asked } = createApp()
    const response = await ask(authorization)
    expect(response.status).toBe(status)
    expect(await response.text()).not.toContain('tandem_')
    expect(asked()).toBe(0)
  })

  test('takes no token from the address, where logs would keep it', async () => {
    const { app } = createApp()
    expect((await app.request('/metrics?token=test-operator-token')).status).toBe(401)
  })

  test('does not ask for a token on behalf of other routes', async () => {
    const { app } = createApp()
    expect((await app.request('/healthz')).status).toBe(404)
  })
})
