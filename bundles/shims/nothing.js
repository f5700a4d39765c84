// Stands for a module that is imported only for what it does elsewhere.
export {};
