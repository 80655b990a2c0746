import { describe, expect, test } from 'vitest'
import { ACCOUNT, createAppFixture } from './app-fixture.ts'

describe('the platform', () => {
  test('is told that the process is alive, also when it takes no calls', async () => {
    const { app } = createAppFixture({ isReady: () => false })
    const response = await app.request('/healthz')
    expect([response.status, await response.text()]).toEqual([200, 'ok'])
  })

  test('is told whether it takes calls', async () => {
    let isReady = true
    const { app } = createAppFixture({ isReady: () => isReady })
    const ready = await app.request('/readyz')
    expect([ready.status, await ready.text()]).toEqual([200, 'ready'])
    expect(ready.headers.get('x-tandem-store')).toBe('a-store')
    isReady = false
    const stopping = await app.request('/readyz')
    expect([stopping.status, await stopping.text()]).toEqual([503, 'not taking calls'])
    expect(stopping.headers.get('x-tandem-store')).toBeNull()
  })
})

describe('the app', () => {
  test('does not know other paths', async () => {
    const { app } = createAppFixture()
    const response = await app.request('/admin')
    expect([response.status, await response.text()]).toEqual([404, 'not found'])
  })

  test('answers a mistake of ours with 500, and only the log says what it was', async () => {
    const error = new Error('the config is gone')
    const { post, logged } = createAppFixture({
      config: () => {
        throw error
      },
    })
    const { status, text } = await post('/twilio/voice', { AccountSid: ACCOUNT, To: '+1' })
    expect([status, text]).toEqual([500, 'internal error'])
    expect(logged).toEqual([{
      level: 'error',
      name: 'http.fault',
      fields: { path: '/twilio/voice', error },
    }])
  })

  test('takes a request that is refused for no mistake of ours', async () => {
    const { app, logged } = createAppFixture()
    await app.request('/api/v1/calls/CA1/events')
    await app.request('/twilio/voice', { method: 'POST', body: 'x'.repeat(70_000) })
    expect(logged).toEqual([])
  })
})
