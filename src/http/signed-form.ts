/**
 * Lets through only what Twilio has signed: a form POST, for the account whose calls are taken.
 */
import { createMiddleware } from 'hono/factory'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { AppTypes } from './bindings.ts'
import { type FormFields, isSignedWebhook, type SignatureCheck } from './twilio-signature.ts'

export type SignedFormOptions =
  & SignatureCheck
  & Readonly<{
    /** The account whose calls are taken; any that signs with our token when absent. */
    accountSid?: string | undefined
    metrics: Pick<Metrics, 'webhookRefused'>
    log: Log
  }>

/** What a route finds of a request that was let through. */
export type TwilioTypes = AppTypes & { Variables: { form: FormFields } }

/** Lets a request through that Twilio has signed, with its form. */
export const signedForm = (options: SignedFormOptions) =>
  createMiddleware<TwilioTypes>(async (c, next) => {
    const form = formOf(await c.req.text())
    const { pathname, search } = new URL(c.req.url)
    const signature = c.req.header('x-twilio-signature')
    const { accountSid, log, metrics } = options
    if (!isSignedWebhook(options, signature, pathname + search, form)) {
      log.warn('twilio.bad-signature', { path: pathname, hasSignature: signature !== undefined })
      metrics.webhookRefused('bad-signature')
      return c.text('bad signature', 403)
    }
    if (accountSid !== undefined && field(form, 'AccountSid') !== accountSid) {
      log.warn('twilio.other-account', { path: pathname })
      metrics.webhookRefused('other-account')
      return c.text('not our account', 403)
    }
    c.set('form', form)
    await next()
  })

const formOf = (body: string): FormFields => {
  const params = new URLSearchParams(body)
  return Object.fromEntries(
    [...new Set(params.keys())].map((name) => {
      const values = params.getAll(name)
      return [name, values.length === 1 ? values[0] : values]
    }),
  )
}

/** One value of a form; empty when there is none. */
export const field = (form: FormFields, name: string): string => {
  const value = form[name] ?? ''
  return typeof value === 'string' ? value : value[0] ?? ''
}
