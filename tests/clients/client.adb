--  numrs from Ada: imports with the C convention. Arrays of Interfaces.C.double lie in memory as C's do.
with Ada.Command_Line;
with Ada.Text_IO;          use Ada.Text_IO;
with Interfaces;           use Interfaces;
with Interfaces.C;         use Interfaces.C;
with Interfaces.C.Strings; use Interfaces.C.Strings;
with System;

procedure Client is
   type Vector is array (Positive range <>) of aliased double with Convention => C;
   package Double_IO is new Ada.Text_IO.Float_IO (double);

   function Version return chars_ptr with Import, Convention => C, External_Name => "numrs_version";
   function Abi return Integer_32 with Import, Convention => C, External_Name => "numrs_abi";
   function Message return chars_ptr with Import, Convention => C, External_Name => "numrs_message";
   function Status_Name (Status : Integer_32) return chars_ptr
     with Import, Convention => C, External_Name => "numrs_status_name";
   function Set_Num_Threads (Threads : Integer_32) return Integer_32
     with Import, Convention => C, External_Name => "numrs_set_num_threads";
   function Get_Num_Threads return Integer_32
     with Import, Convention => C, External_Name => "numrs_get_num_threads";
   function Add (Context : System.Address; A, B : Vector; Y : in out Vector; N : Integer_64) return Integer_32
     with Import, Convention => C, External_Name => "numrs_add_f64";
   function Exp (Context : System.Address; X : Vector; Y : in out Vector; N : Integer_64) return Integer_32
     with Import, Convention => C, External_Name => "numrs_exp_f64";
   function Sum (Context : System.Address; X : Vector; Y : in out Vector; Outer, N, Inner : Integer_64) return Integer_32
     with Import, Convention => C, External_Name => "numrs_sum_f64";
   function Matmul (Context : System.Address; A, B : Vector; Y : in out Vector; Batch, M, K, N : Integer_64)
     return Integer_32 with Import, Convention => C, External_Name => "numrs_matmul_f64";

   Failure : exception;

   function Image (Number : Integer_32) return String is
      Text : constant String := Integer_32'Image (Number);
   begin
      return (if Number < 0 then Text else Text (Text'First + 1 .. Text'Last));
   end Image;

   procedure Check (Status : Integer_32) is
   begin
      if Status /= 0 then
         raise Failure with Value (Status_Name (Status)) & ": " & Value (Message);
      end if;
   end Check;

   procedure Show (Label : String; Y : Vector) is
   begin
      Put (Label);
      for Element of Y loop
         Put (" ");
         Double_IO.Put (Element, Fore => 1, Aft => 3, Exp => 0);
      end loop;
      New_Line;
   end Show;

   Context : System.Address renames System.Null_Address; --  the default context
   A      : constant Vector := (1.0, 2.0, 3.0, 4.0);
   B      : constant Vector := (10.0, 20.0, 30.0, 40.0);
   X      : constant Vector := (0.0, 1.0, 2.0, -1.0);
   Left   : constant Vector := (1.0, 2.0, 3.0, 4.0, 5.0, 6.0);
   Right  : constant Vector := (7.0, 8.0, 9.0, 10.0, 11.0, 12.0);
   Cube   : Vector (1 .. 12);
   Y      : Vector (1 .. 4) := (others => 0.0);
   Status : Integer_32;
begin
   for I in Cube'Range loop
      Cube (I) := double (I);
   end loop;
   Put_Line ("numrs " & Value (Version) & " abi " & Image (Abi / 1000));

   Check (Add (Context, A, B, Y, 4));
   Show ("add", Y);
   Check (Exp (Context, X, Y, 4));
   Show ("exp", Y);

   --  A (2, 3, 2) array in C order, summed over its middle axis.
   Check (Sum (Context, Cube, Y, 2, 3, 2));
   Show ("sum", Y);

   --  One product of (2, 3) and (3, 2).
   Check (Matmul (Context, Left, Right, Y, 1, 2, 3, 2));
   Show ("matmul", Y);

   Status := Matmul (Context, Left, Right, Y, 1, -2, 3, 2);
   Put_Line ("error " & Image (Status) & " " & Value (Status_Name (Status)) & ": " & Value (Message));

   Check (Set_Num_Threads (2));
   Put_Line ("threads " & Image (Get_Num_Threads));
exception
   when Failure =>
      Put_Line (Standard_Error, Value (Message));
      Ada.Command_Line.Set_Exit_Status (1);
end Client;
