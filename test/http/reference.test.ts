/** The page of the API's document, which must work where there is no internet. */
import { expect, test } from 'vitest'
import { createAppFixture } from './app-fixture.ts'

test('the page needs no token, and nothing of it comes from elsewhere', async () => {
  const { app } = createAppFixture()
  const redirected = await app.request('/api/v1/reference')
  expect([redirected.status, redirected.headers.get('location')]).toEqual([302, 'reference/'])
  const page = await app.request('/api/v1/reference/')
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=UTF-8'])
  const html = await page.text()
  expect(html).toContain('"url": "../openapi.json"')
  expect([...html.matchAll(/<script\b[^>]*\bsrc="([^"]*)"/g)].map(([, url]) => url))
    .toEqual(['js/scalar.js'])
  expect(html).not.toMatch(/(src|href)="(https?:)?\/\//)
})

test('its scripts are those of this answer alone, and it asks this service only', async () => {
  const { app } = createAppFixture()
  const ask = async () => {
    const page = await app.request('/api/v1/reference/')
    const policy = page.headers.get('content-security-policy') ?? ''
    const [, nonce] = /script-src 'nonce-([\w-]+)'/.exec(policy) ?? []
    return { html: await page.text(), policy, nonce }
  }
  const [one, two] = [await ask(), await ask()]
  expect(one.nonce).not.toBe(two.nonce)
  expect(one.policy).toContain(`default-src 'none'`)
  expect(one.policy).toContain(`connect-src 'self'`)
  const scripts = one.html.match(/<script\b[^>]*>/g) ?? []
  expect(scripts.length).toBeGreaterThan(0)
  for (const script of scripts) expect(script).toContain(`nonce="${one.nonce}"`)
})

test('the script is served as one', async () => {
  const { app } = createAppFixture()
  const script = await app.request('/api/v1/reference/js/scalar.js')
  expect([script.status, script.headers.get('content-type')])
    .toEqual([200, 'text/javascript; charset=utf-8'])
  expect(await script.text()).toContain('createApiReference')
})

test('there is nothing else below it', async () => {
  const { app } = createAppFixture()
  const other = await app.request('/api/v1/reference/other')
  expect([other.status, await other.json()])
    .toEqual([404, { type: 'about:blank', title: 'not found', status: 404 }])
})
