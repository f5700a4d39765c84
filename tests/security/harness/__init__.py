"""What must hold after each hostile case, and all that is needed to look.

`Arena.check` runs a `Case` beside a canary, another customer with one run every 50 ms, and returns what went wrong:

1. There is exactly one answer, of the expected type and key, at most a second after the wall time was over.
2. The application's event loop was never silent for 100 ms.
3. The canary's runs had no error, and none took longer than three times what they take while all is quiet.
4. The same customer's next run works within a second, and finds nothing that the case left.
5. Processes, threads, descriptors and temporary files are no more than before.
6. No secret of the customer is in the report, its error, the log, a temporary file, what processes show of themselves,
   or at a server of another origin.
7. There is no core file.

What is a matter of time (1 to 4) depends on what else the machine does. So a case that was late is tried once more,
beside a new quiet baseline, and fails if it is late again. The bounds stay what they are. `Crowd` runs many cases at a
time, and says what is judged then.
"""
