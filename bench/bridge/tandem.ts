/** Tandem as it is, but for one thing: it ends when its stdin is closed, as everything does that a bench starts. */
import process from 'node:process'

process.stdin.on('end', () => process.exit(0)).resume()
await import('../../src/main.ts')
