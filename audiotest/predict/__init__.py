"""From trials to replies: blocks, the reply cache, and the loop that feeds an adapter."""
