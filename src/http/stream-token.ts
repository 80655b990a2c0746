/**
 * The token that binds a stream to its call. It goes out in the TwiML and must come back in the stream's `start`; the call and
 * the epoch are in the signature, so a token is worth nothing for another call or for a later stream of the same one.
 */
import { hmac, isEqual } from '../runtime/hmac.ts'

/** What a token is good for. */
export type TokenClaim = Readonly<{ callSid: string; epoch: number }>

const LIFETIME_S = 30

/** Signs a token that is good for half a minute from `nowS`, in seconds of the epoch. */
export const signToken = (secret: string, claim: TokenClaim, nowS: number): string => {
  const expiresAtS = Math.floor(nowS) + LIFETIME_S
  return `${expiresAtS}.${signature(secret, claim, expiresAtS)}`
}

/** Says whether a token is ours, for this call and epoch, and not expired. */
export const isTokenValid = (
  secret: string,
  token: string,
  claim: TokenClaim,
  nowS: number,
): boolean => {
  const [expiry, signed, ...rest] = token.split('.')
  const expiresAtS = Number(expiry)
  return rest.length === 0 && signed !== undefined &&
    isEqual(signed, signature(secret, claim, expiresAtS)) && nowS < expiresAtS
}

const signature = (secret: string, { callSid, epoch }: TokenClaim, expiresAtS: number): string =>
  hmac(secret, `stream\n${callSid}\n${epoch}\n${expiresAtS}`)
