/** Languages as transcription models take them. */
import type { Finding } from '../problem.ts'

/** Says what is wrong with the code of a language: two letters, ISO 639-1. */
export const checkLanguage = (code: string): Finding | undefined => {
  if (/^[a-z]{2}$/.test(code)) return undefined
  const meant = /^([a-z]{2})[-_]/i.exec(code)?.[1].toLowerCase()
  return {
    code: 'invalid-language',
    message: `"${code}" is not a language of two letters (ISO 639-1)`,
    hint: meant ? `write ${meant}` : 'write en, pt, de, ...',
  }
}
