/** A program that does nothing but to say that it is there. */
import process from 'node:process'

process.stdin.on('end', () => process.exit(0)).resume()
console.log('here')
