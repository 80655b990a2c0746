/** What `outbound` of a customer means: who may be called from its numbers, and what happens when nobody in person answers. */
import type { z } from 'zod'
import { parseDurationMs } from './values/duration.ts'
import type { outboundSchema } from './schema/outbound.ts'
import type { Finding } from './problem.ts'

/** How a customer calls out. */
export type Outbound = Readonly<{
  /** ISO 3166-1, two letters each. */
  countries: readonly string[]
  callsPerSecond: number
  ringForMs: number
  machine: Machine
}>

/** What follows when a machine picks up. */
export type Machine =
  | Readonly<{ then: 'hang-up' }>
  | Readonly<{ then: 'leave'; message: string }>
  | Readonly<{ then: 'go-on' }>

/** Gives the settings that a file wrote; undefined when their rules are broken, which is told elsewhere. */
export const createOutbound = (shape: z.output<typeof outboundSchema>): Outbound | undefined => {
  const { countries, callsPerSecond, message } = shape
  const ringForMs = parseDurationMs(shape.ringFor)
  const machine = machineOf(shape.machine, message)
  return ringForMs === undefined || machine === undefined
    ? undefined
    : { countries, callsPerSecond, ringForMs, machine }
}

const machineOf = (
  then: z.output<typeof outboundSchema>['machine'],
  message: string | undefined,
): Machine | undefined => {
  switch (then) {
    case 'hangUp':
      return { then: 'hang-up' }
    case 'continue':
      return { then: 'go-on' }
    case 'message':
      return message === undefined ? undefined : { then: 'leave', message }
  }
}

// What the runtimes' own list of regions has, and what is no country on a phone.
const NO_COUNTRIES: ReadonlySet<string> = new Set(['EU', 'UN', 'ZZ', 'UK', 'EZ'])
// Made when it is first asked for: it takes 20 ms, and most customers call nobody.
let regions: Intl.DisplayNames | undefined

const isRegion = (code: string): boolean => {
  regions ??= new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' })
  return regions.of(code) !== undefined
}

const isCountry = (code: string): boolean =>
  /^[A-Z]{2}$/.test(code) && !NO_COUNTRIES.has(code) && isRegion(code)

/** Says what is wrong with an entry of `outbound.countries`. */
export const checkCountry = (code: string): Finding | undefined => {
  if (isCountry(code)) return undefined
  const upper = code.toUpperCase()
  const meant = upper === 'UK' ? 'GB' : isCountry(upper) ? upper : undefined
  return {
    code: 'invalid-country',
    message: `"${code}" is not a country of two letters (ISO 3166-1)`,
    hint: meant ? `write ${meant}` : 'write PT, US, GB, ...',
  }
}
