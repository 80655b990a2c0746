/**
 * Whether the short way through a message means the same as a full parse, for 100,000 messages; `npm test` tries 2,000.
 *
 * Run it on each runtime: `node bench/fuzz.ts`, `bun bench/fuzz.ts`, `deno run -A bench/fuzz.ts`.
 */
import { deepStrictEqual, ok } from 'node:assert'
import { parseArgs } from 'node:util'
import fc from 'fast-check'
import { decode, decodePlain } from '../src/twilio/decode.ts'
import { anyText, isCutRight } from '../test/twilio/any-text.ts'

const { values } = parseArgs({ options: { messages: { type: 'string', default: '100000' } } })
const RUNS = Number(values.messages)

const differsNowhere = fc.property(anyText, (text) => {
  deepStrictEqual(decode(text), decodePlain(text))
  ok(isCutRight(text))
})
fc.assert(differsNowhere, { numRuns: RUNS })
console.log(`${navigator.userAgent}: ${RUNS} messages, both ways the same`)
