// By backtracking this takes longer than anybody can wait.
(function () {
  return /^(a+)+$/.test("a".repeat(40) + "b") ? "none" : this.toString();
});
