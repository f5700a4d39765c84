// By backtracking this takes longer than anybody can wait.
/^(a+)+$/.test("a".repeat(40) + "b") ? "none" : "effective";
