/** Reads the body of an answer up to a bound: a peer decides how much it sends, we decide how much we keep. */

/** The beginning of a body as text, and whether there was more. */
export type ReadBody = Readonly<{ text: string; isCut: boolean }>

/** Reads at most `maxBytes` of a body, then stops the peer. Rejects when the connection breaks before that. */
export const readBody = async (answer: Response, maxBytes: number): Promise<ReadBody> => {
  const reader = answer.body?.getReader()
  if (!reader) return { text: '', isCut: false }
  const decoder = new TextDecoder()
  let text = ''
  let left = maxBytes
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return { text: text + decoder.decode(), isCut: false }
    text += decoder.decode(value.subarray(0, left), { stream: true })
    if (value.length > left) {
      await reader.cancel()
      return { text, isCut: true }
    }
    left -= value.length
  }
}
