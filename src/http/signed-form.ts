/** The forms that Twilio posts. Nothing is done for one that it has not signed, or that is not about our account. */
import { bodyLimit } from 'hono/body-limit'
import { createMiddleware } from 'hono/factory'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { AppTypes } from './bindings.ts'
import { field } from './call-form.ts'
import { type FormFields, isSignedWebhook, type SignatureCheck } from './twilio-signature.ts'

export type SignedFormOptions =
  & SignatureCheck
  & Readonly<{
    /** The account whose calls are taken; any that signs with our token when absent. */
    accountSid?: string | undefined
    metrics: Pick<Metrics, 'webhookRefused'>
    log: Log
  }>

/** What routes behind `signedForms` are given. */
export type SignedTypes = AppTypes & { Variables: { form: FormFields } }

/** Far above what Twilio sends. */
const MAX_FORM_BYTES = 64 * 1024

/** Lets requests through that Twilio has signed, with their form. */
export const signedForms = (options: SignedFormOptions) =>
  [bodyLimit({ maxSize: MAX_FORM_BYTES }), signedForm(options)] as const

const signedForm = (options: SignedFormOptions) =>
  createMiddleware<SignedTypes>(async (c, next) => {
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
