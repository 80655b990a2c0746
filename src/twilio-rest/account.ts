/** The account of the environment, as one that can be asked. An API key comes before the auth token: it can be revoked alone. */
import type { Clock } from '../clock.ts'
import type { TwilioEnvironment } from '../config/environment.ts'
import { restHost } from '../twilio/rest.ts'
import { createTwilioApi, type Fetch, type TwilioApi } from './twilio-api.ts'

/** Gives Twilio's REST API for an account, at the host of its region unless another is named. */
export const twilioOf = (
  { accountSid, apiKey, authTokens: [authToken], apiUrl, region }: TwilioEnvironment,
  means: Readonly<{ fetch: Fetch; clock: Clock; random: () => number }>,
): TwilioApi =>
  createTwilioApi({
    ...means,
    baseUrl: apiUrl ?? restHost(region),
    accountSid,
    credentials: apiKey
      ? { user: apiKey.sid, password: apiKey.secret }
      : accountSid !== undefined && authToken !== undefined
      ? { user: accountSid, password: authToken }
      : undefined,
  })
