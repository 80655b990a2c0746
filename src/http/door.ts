/** Who is let in to the API: whoever has a good token, and nobody more often than the service file says. */
import type { Context, MiddlewareHandler } from 'hono'
import ipaddr from 'ipaddr.js'
import type { Clock } from '../clock.ts'
import type { Config } from '../config/config.ts'
import type { Scope } from '../config/schema/operators.ts'
import { sha256 } from '../runtime/hmac.ts'
import type { AppTypes } from './bindings.ts'
import { createBuckets } from './buckets.ts'
import { includes, neededScope, scopeOf } from './operators.ts'
import { problemResponse } from './problem.ts'

export type DoorOptions = Readonly<{
  /** The token that is good for everything. */
  operatorToken: string
  config: () => Config
  clock: Pick<Clock, 'nowMs'>
}>

export type Door = Readonly<{
  /** Lets in whoever has a token that is good for what they ask. */
  forOperators: MiddlewareHandler<AppTypes>
  /** Lets in everybody, each address as often as it may. */
  forAll: MiddlewareHandler<AppTypes>
}>

/** Makes the door of a process. */
export const createDoor = ({ operatorToken, config, clock }: DoorOptions): Door => {
  const requests = createBuckets(clock.nowMs)
  const wrongTokens = createBuckets(clock.nowMs)
  // Apart, or strangers could have those forgotten who have tokens.
  const visits = createBuckets(clock.nowMs)

  const addressOf = (c: Context<AppTypes>): string => {
    const { addressHeader } = config().service.api
    const told = addressHeader === undefined ? undefined : c.req.header(addressHeader)
    return networkOf(told ?? c.env?.address?.() ?? '')
  }

  return {
    forOperators: async (c, next) => {
      const { operators, api: { requestsPerMinute, wrongTokensPerMinute } } = config().service
      const token = tokenIn(c.req.header('authorization'))
      const who = sha256(token ?? '')
      const address = addressOf(c)
      // Who was let in before is not kept out by what others try from behind the same proxy.
      const blockedMs = requests.knows(who) ? 0 : wrongTokens.waitMs(address, wrongTokensPerMinute)
      if (blockedMs > 0) return tooMany(blockedMs, 'too many requests without a good token')
      const scope = token === undefined ? undefined : scopeOf(token, operatorToken, operators)
      if (!scope) {
        wrongTokens.take(address, wrongTokensPerMinute)
        return unknown(token)
      }
      const waitMs = requests.waitMs(who, requestsPerMinute)
      if (waitMs > 0) return tooMany(waitMs, 'too many requests with this token')
      requests.take(who, requestsPerMinute)
      const needed = neededScope(c.req.method, c.req.path)
      return includes(scope, needed) ? await next() : notGoodFor(needed)
    },
    forAll: async (c, next) => {
      const { requestsPerMinute } = config().service.api
      const address = addressOf(c)
      const waitMs = visits.waitMs(address, requestsPerMinute)
      if (waitMs > 0) return tooMany(waitMs, 'too many requests from this address')
      visits.take(address, requestsPerMinute)
      await next()
    },
  }
}

const tokenIn = (header: string | undefined): string | undefined =>
  /^Bearer +([\w.~+/-]+=*) *$/i.exec(header ?? '')?.[1]

/** Whoever has one address of IPv6 has the 2^64 beside it, too. */
const networkOf = (address: string): string => {
  if (!ipaddr.isValid(address)) return address.slice(0, 64)
  const parsed = ipaddr.process(address)
  return parsed.kind() === 'ipv4' ? parsed.toString() : parsed.toByteArray().slice(0, 8).join('.')
}

const tooMany = (waitMs: number, title: string): Response =>
  problemResponse({ title, status: 429, code: 'too-many-requests' }, {
    'retry-after': String(Math.ceil(waitMs / 1000)),
  })

const unknown = (token: string | undefined): Response =>
  problemResponse({ title: 'this needs the token of an operator', status: 401 }, {
    'www-authenticate': token === undefined ? 'Bearer' : 'Bearer error="invalid_token"',
  })

const notGoodFor = (scope: Scope): Response =>
  problemResponse({ title: `this needs a token with the scope ${scope}`, status: 403 }, {
    'www-authenticate': `Bearer error="insufficient_scope", scope="${scope}"`,
  })
