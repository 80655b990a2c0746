/** The document of the API as a page for people: Scalar, served by ourselves, so that it works where there is no internet. */
import { Hono } from 'hono'
import { problemResponse } from '../problem.ts'
import { loadScalar } from './scalar.ts'

const BASE = '/api/v1/reference'

/** Its script makes styles as it goes; all else comes from here, and goes nowhere else. */
const policyFor = (nonce: string): string =>
  [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src 'unsafe-inline'`,
    `img-src 'self' data: blob:`,
    `font-src 'self' data:`,
    `connect-src 'self'`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
  ].join('; ')

/** Makes the routes of the page. */
export const referenceRoutes = (): Hono => {
  const page = new Hono()

  page.get(`${BASE}/`, async (c) => {
    const nonce = crypto.randomUUID()
    const { html } = await loadScalar()
    return c.html(html(nonce), 200, {
      'content-security-policy': policyFor(nonce),
      'referrer-policy': 'no-referrer',
    })
  })

  page.get(`${BASE}/js/scalar.js`, async (c) => {
    const { script } = await loadScalar()
    return c.body(script, 200, {
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=3600',
    })
  })

  page.notFound(() => problemResponse({ title: 'not found', status: 404 }))
  return page
}
